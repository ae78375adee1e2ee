// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/program_path.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace rlmesh {
namespace {

bool IsExecutableFile(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

}  // namespace

absl::StatusOr<std::string> FindProgram(absl::string_view program) {
  if (program.empty()) {
    return absl::InvalidArgumentError("a program to start has an empty name");
  }
  if (absl::StrContains(program, '/')) {
    std::string path(program);
    if (IsExecutableFile(path)) return path;
    return absl::NotFoundError(
        absl::StrCat("\"", path, "\" is not an executable file"));
  }
  const char* path = getenv("PATH");
  if (path == nullptr) path = "/usr/local/bin:/usr/bin:/bin";
  for (absl::string_view folder : absl::StrSplit(path, ':')) {
    std::string candidate =
        absl::StrCat(folder.empty() ? "." : folder, "/", program);
    if (IsExecutableFile(candidate)) return candidate;
  }
  return absl::NotFoundError(absl::StrCat(
      "no program \"", program, "\" in the folders of PATH (", path, ")"));
}

}  // namespace rlmesh
