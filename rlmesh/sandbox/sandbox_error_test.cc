// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/sandbox/sandbox_error.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::StartsWith;

TEST(SandboxErrorTest, EveryKindHasItsPrefixAndTravelsInThePayload) {
  struct Row {
    SandboxErrorKind kind;
    std::string prefix;
  };
  for (const Row& row : {
           Row{SandboxErrorKind::kInvalidSource, "invalid sandbox source: x"},
           Row{SandboxErrorKind::kInvalidOption, "invalid sandbox option: x"},
       }) {
    absl::Status status = Annotate(
        SandboxError(row.kind, absl::StatusCode::kAborted, "x"), "more");
    EXPECT_THAT(status,
                StatusIs(absl::StatusCode::kAborted, StartsWith(row.prefix)));
    EXPECT_EQ(GetSandboxErrorKind(status), row.kind);
  }
}

TEST(SandboxErrorTest, OtherErrorsHaveNoKind) {
  EXPECT_EQ(GetSandboxErrorKind(absl::OkStatus()), absl::nullopt);
  EXPECT_EQ(
      GetSandboxErrorKind(absl::InternalError("invalid sandbox source: fake")),
      absl::nullopt);
}

}  // namespace
}  // namespace rlmesh
