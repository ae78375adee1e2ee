// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/python_probe.h"

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

class PythonProbeTest : public testing::Test {
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

TEST_F(PythonProbeTest, AsksTheInterpreter) {
  absl::StatusOr<Interpreter> python = ProbePython("/usr/bin/python3", -1);
  RLMESH_ASSERT_OK(python);
  EXPECT_THAT(python->path, StartsWith("/usr/bin/python3"));
  EXPECT_THAT(python->version, StartsWith("3."));
  EXPECT_THAT(python->implementation, StartsWith("cpython-3"));
  EXPECT_THAT(python->platform, StartsWith("linux-"));
  EXPECT_THAT(python->prefixes, Contains("/usr"));
}

TEST_F(PythonProbeTest, TheChoiceGoesBeforeTheVariable) {
  const std::string failing = Script("exit 3");
  setenv("RLMESH_PYTHON", failing.c_str(), 1);
  EXPECT_THAT(ProbePython("", -1),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(failing), HasSubstr("code 3"))));
  setenv("RLMESH_PYTHON", "/usr/bin/python3", 1);
  RLMESH_EXPECT_OK(ProbePython("", -1));
  EXPECT_THAT(
      ProbePython(failing, -1),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(failing)));
}

TEST_F(PythonProbeTest, SaysWhatToDoWhenThereIsNone) {
  EXPECT_THAT(
      ProbePython("/nowhere/python", -1),
      StatusIs(absl::StatusCode::kNotFound, AllOf(HasSubstr("/nowhere/python"),
                                                  HasSubstr("RLMESH_PYTHON"))));
}

TEST_F(PythonProbeTest, RefusesWhatIsNoPythonOrTooOld) {
  EXPECT_THAT(
      ProbePython("/bin/true", -1),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("/bin/true")));
  const std::string old = Script(
      "for i in x 3.7.1 c p 1 /usr; do echo rlmesh-interpreter:$i; done");
  EXPECT_THAT(ProbePython(old, -1),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("3.7.1"), HasSubstr("too old"))));
}

TEST_F(PythonProbeTest, StopsWaitingWhenCancelled) {
  UniqueFd cancel(eventfd(1, EFD_CLOEXEC));
  const absl::Time start = absl::Now();
  EXPECT_THAT(ProbePython(Script("sleep 1000"), cancel.get()),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

}  // namespace
}  // namespace rlmesh
