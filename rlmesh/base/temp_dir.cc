// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/temp_dir.h"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace rlmesh {

absl::StatusOr<TempDir> TempDir::Create(absl::string_view name) {
  if (name.empty() || name.size() > 16 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") !=
          absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("temporary folder name \"", name,
                     "\" must be 1 to 16 of a-z, 0-9 and '-'"));
  }
  std::string path = absl::StrCat("/tmp/rlmesh-", name, "-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("creating the temporary folder ", path));
  }
  return TempDir(std::move(path));
}

TempDir::TempDir(TempDir&& other) noexcept : path_(other.Release()) {}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TempDir::~TempDir() {
  if (path_.empty()) return;
  if (absl::Status s = RemoveTree(path_); !s.ok()) LOG(WARNING) << s;
}

std::string TempDir::Release() { return std::exchange(path_, std::string()); }

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("removing ", path));
  }
  return absl::OkStatus();
}

}  // namespace rlmesh
