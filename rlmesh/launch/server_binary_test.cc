// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/server_binary.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ServerBinaryTest : public testing::Test {
 protected:
  std::string Program(const std::string& name) {
    const std::string path = dir_->path() + "/" + name;
    std::filesystem::create_directories(
        std::filesystem::path(path).parent_path());
    std::ofstream(path) << "#!/bin/sh\n";
    chmod(path.c_str(), 0700);
    return path;
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("server-test");
};

TEST_F(ServerBinaryTest, TheFlagGoesBeforeTheVariableBeforeTheRunfiles) {
  const std::string in_runfiles = Program("rlmesh/rlmesh/a_server");
  const std::string by_flag = Program("one");
  const std::string by_variable = Program("two");
  setenv("RUNFILES_DIR", dir_->path().c_str(), 1);
  EXPECT_THAT(FindServer("a_server", ""), IsOkAndHolds(in_runfiles));
  setenv("RLMESH_A_SERVER", by_variable.c_str(), 1);
  EXPECT_THAT(FindServer("a_server", ""), IsOkAndHolds(by_variable));
  EXPECT_THAT(FindServer("a_server", by_flag), IsOkAndHolds(by_flag));
  unsetenv("RLMESH_A_SERVER");
  unsetenv("RUNFILES_DIR");
}

TEST_F(ServerBinaryTest, AChoiceThatIsNoProgramIsAnError) {
  const std::string text = dir_->path() + "/text";
  std::ofstream(text) << "x";
  for (const std::string& bad : {text, dir_->path(), dir_->path() + "/none"}) {
    EXPECT_THAT(
        FindServer("a_server", bad),
        StatusIs(absl::StatusCode::kNotFound, HasSubstr("--a_server=" + bad)));
  }
}

TEST_F(ServerBinaryTest, SaysWhereItWasLookedFor) {
  EXPECT_THAT(
      FindServer("no_server", ""),
      StatusIs(absl::StatusCode::kNotFound,
               AllOf(HasSubstr("/no_server"), HasSubstr("RLMESH_NO_SERVER"),
                     HasSubstr("--no_server=PATH"))));
}

}  // namespace
}  // namespace rlmesh
