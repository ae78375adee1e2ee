// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/server_binary.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rlmesh {
namespace {

constexpr absl::string_view kInRunfiles = "/rlmesh/rlmesh/";

bool IsProgram(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

}  // namespace

absl::StatusOr<std::string> FindServer(absl::string_view name,
                                       const std::string& flag) {
  const std::string variable =
      absl::StrCat("RLMESH_", absl::AsciiStrToUpper(name));
  const char* value = getenv(variable.c_str());
  for (const auto& [choice, from] :
       {std::make_pair(flag, absl::StrCat("--", name)),
        std::make_pair(std::string(value == nullptr ? "" : value), variable)}) {
    if (choice.empty()) continue;
    if (IsProgram(choice)) return std::filesystem::absolute(choice).string();
    return absl::NotFoundError(absl::StrCat(
        from, "=", choice, " is not a program; name the binary ", name));
  }
  std::vector<std::string> places;
  std::error_code error;
  const std::filesystem::path self =
      std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    places.push_back(absl::StrCat(self.parent_path().string(), "/", name));
    places.push_back(
        absl::StrCat(self.string(), ".runfiles", kInRunfiles, name));
  }
  for (const char* runfiles : {"RUNFILES_DIR", "TEST_SRCDIR"}) {
    const char* folder = getenv(runfiles);
    if (folder != nullptr) {
      places.push_back(absl::StrCat(folder, kInRunfiles, name));
    }
  }
  for (const std::string& place : places) {
    if (IsProgram(place)) return place;
  }
  return absl::NotFoundError(
      absl::StrCat("the program ", name, " was not found (looked for ",
                   absl::StrJoin(places, ", "),
                   "); put it beside this one, or name it with ", "--", name,
                   "=PATH or ", variable));
}

}  // namespace rlmesh
