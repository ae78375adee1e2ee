// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A file descriptor with an owner.

#ifndef RLMESH_BASE_FD_H_
#define RLMESH_BASE_FD_H_

#include <utility>

#include "absl/status/status.h"

namespace rlmesh {

// Owns one file descriptor and closes it. Move-only; not thread-safe.
//
// Example:
//   UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
//   if (!fd.valid()) return absl::ErrnoToStatus(errno, path);
class UniqueFd {
 public:
  UniqueFd() = default;
  // Takes `fd`; -1 owns nothing.
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    Reset(other.Release());
    return *this;
  }
  ~UniqueFd() { Reset(); }

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }

  // Gives the descriptor up without closing it.
  int Release() { return std::exchange(fd_, -1); }

  // Closes what is owned and takes `fd`.
  void Reset(int fd = -1);

  // A second descriptor of the same open file, close-on-exec.
  absl::Status Duplicate(UniqueFd* copy) const;

 private:
  int fd_ = -1;
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_FD_H_
