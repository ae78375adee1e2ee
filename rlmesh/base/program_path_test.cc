// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/program_path.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(FindProgramTest, FindsInPathAndKeepsPaths) {
  EXPECT_THAT(FindProgram("sh"), IsOkAndHolds(EndsWith("/sh")));
  EXPECT_THAT(FindProgram("/bin/sh"), IsOkAndHolds("/bin/sh"));
}

TEST(FindProgramTest, ErrorsNameWhatWasLookedForAndWhere) {
  EXPECT_THAT(FindProgram("no-such-program"),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("no-such-program"), HasSubstr("PATH"))));
  EXPECT_THAT(FindProgram("/etc/passwd"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/etc/passwd")));
  EXPECT_THAT(FindProgram("/usr"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(FindProgram(""), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rlmesh
