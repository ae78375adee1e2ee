// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/interpreter.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class InterpreterTest : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("RLMESH_PYTHON");
    unsetenv("VIRTUAL_ENV");
  }

  // A shell script that stands in for an interpreter.
  std::string Script(const std::string& body) {
    const std::string path = dir_->path() + "/python";
    std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
    chmod(path.c_str(), 0700);
    return path;
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("python-test");
};

TEST_F(InterpreterTest, AsksTheInterpreter) {
  absl::StatusOr<Interpreter> python = FindInterpreter("/usr/bin/python3", -1);
  RLMESH_ASSERT_OK(python);
  EXPECT_THAT(python->path, StartsWith("/usr/bin/python3"));
  EXPECT_THAT(python->version, StartsWith("3."));
  EXPECT_THAT(python->implementation, StartsWith("cpython-3"));
  EXPECT_THAT(python->platform, StartsWith("linux-"));
  EXPECT_THAT(python->prefixes, Contains("/usr"));
}

TEST_F(InterpreterTest, TheFlagThenTheVariablesThenPath) {
  const std::string failing = Script("exit 3");
  setenv("VIRTUAL_ENV", failing.c_str(), 1);
  EXPECT_THAT(FindInterpreter("", -1),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("VIRTUAL_ENV=" + failing),
                             HasSubstr("code 3"))));
  setenv("RLMESH_PYTHON", "/usr/bin/python3", 1);
  RLMESH_EXPECT_OK(FindInterpreter("", -1));
  EXPECT_THAT(FindInterpreter(failing, -1),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("--interpreter=" + failing)));
}

TEST_F(InterpreterTest, AFolderIsAVirtualEnvironment) {
  mkdir((dir_->path() + "/bin").c_str(), 0700);
  ASSERT_EQ(symlink("/usr/bin/python3", (dir_->path() + "/bin/python").c_str()),
            0);
  RLMESH_EXPECT_OK(FindInterpreter(dir_->path(), -1));
}

TEST_F(InterpreterTest, SaysWhatToDoWhenThereIsNone) {
  EXPECT_THAT(
      FindInterpreter("/nowhere/python", -1),
      StatusIs(absl::StatusCode::kNotFound, AllOf(HasSubstr("/nowhere/python"),
                                                  HasSubstr("RLMESH_PYTHON"))));
}

TEST_F(InterpreterTest, RefusesWhatIsNoPythonOrTooOld) {
  EXPECT_THAT(
      FindInterpreter("/bin/true", -1),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("/bin/true")));
  const std::string old = Script(
      "for i in x 3.7.1 c p 1 /usr; do echo rlmesh-interpreter:$i; done");
  EXPECT_THAT(FindInterpreter(old, -1),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("3.7.1"), HasSubstr("too old"))));
}

TEST_F(InterpreterTest, StopsWaitingWhenCancelled) {
  UniqueFd cancel(eventfd(1, EFD_CLOEXEC));
  const absl::Time start = absl::Now();
  EXPECT_THAT(FindInterpreter(Script("sleep 1000"), cancel.get()),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

}  // namespace
}  // namespace rlmesh
