// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Short private folders.

#ifndef RLMESH_BASE_TEMP_DIR_H_
#define RLMESH_BASE_TEMP_DIR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// A fresh folder that only the current user can enter (mode 0700), directly
// under /tmp so that the path of a Unix socket in it fits its 107 bytes.
// Removed with everything in it at the end of its life. Move-only; not
// thread-safe.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(TempDir dir, TempDir::Create("env"));
//   Bind(absl::StrCat(dir.path(), "/s"));   // /tmp/rlmesh-env-x7Yt2k/s
class TempDir {
 public:
  // `name` is 1 to 16 of a-z 0-9 and '-'; it tells people whose folder it is.
  static absl::StatusOr<TempDir> Create(absl::string_view name);

  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&& other) noexcept;
  ~TempDir();

  const std::string& path() const { return path_; }

  // Gives the folder up: it is not removed any more.
  std::string Release();

 private:
  explicit TempDir(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Removes `path` and everything below it; symbolic links are removed, not
// followed. A path that does not exist is fine.
absl::Status RemoveTree(const std::string& path);

}  // namespace rlmesh

#endif  // RLMESH_BASE_TEMP_DIR_H_
