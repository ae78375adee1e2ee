// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/interpreter.h"

#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class InterpreterTest : public ::testing::Test {
 protected:
  InterpreterTest() {
    unsetenv("RLMESH_PYTHON");
    unsetenv("VIRTUAL_ENV");
  }
};

TEST_F(InterpreterTest, ChoiceThenVariableThenEnvironmentThenPython3) {
  EXPECT_THAT(FindInterpreter(""), IsOkAndHolds(EndsWith("/python3")));
  setenv("VIRTUAL_ENV", "/no/such/environment", 1);
  EXPECT_THAT(FindInterpreter(""),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("/no/such/environment/bin/python")));
  setenv("RLMESH_PYTHON", "/bin/sh", 1);
  EXPECT_THAT(FindInterpreter(""), IsOkAndHolds("/bin/sh"));
  EXPECT_THAT(FindInterpreter("/bin/cat"), IsOkAndHolds("/bin/cat"));
}

TEST_F(InterpreterTest, MissingOneIsNamedWithItsOriginAndTheWayOut) {
  setenv("RLMESH_PYTHON", "python9", 1);
  EXPECT_THAT(FindInterpreter(""),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("\"python9\" (from $RLMESH_PYTHON)"),
                             HasSubstr("--interpreter=PATH"))));
  EXPECT_THAT(FindInterpreter("/etc/passwd"),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("/etc/passwd\" (from --interpreter)")));
}

}  // namespace
}  // namespace rlmesh
