// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace rlmesh {

void UniqueFd::Reset(int fd) {
  const int old = std::exchange(fd_, fd);
  if (old >= 0 && old != fd) close(old);
}

absl::Status UniqueFd::Duplicate(UniqueFd* copy) const {
  const int fd = fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("duplicating file descriptor ", fd_));
  }
  copy->Reset(fd);
  return absl::OkStatus();
}

}  // namespace rlmesh
