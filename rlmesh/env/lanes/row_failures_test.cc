// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/row_failures.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RowFailuresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(selection_.Select("step", {4, 1, 3}));
    failures_.Start(3);
  }
  LaneSelection selection_{{0, 2, 5}};
  RowFailures failures_;
};

TEST_F(RowFailuresTest, NamedLanesFailAlone) {
  failures_.AddNamed(selection_, 1, "3", absl::InternalError("boom"));
  EXPECT_THAT(failures_.some(), ElementsAre(0, 0, 1));
  EXPECT_THAT(failures_.status(), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(RowFailuresTest, WithoutAName_AllRowsOfTheGroupFail) {
  failures_.AddNamed(selection_, 1, "", absl::InternalError("boom"));
  EXPECT_THAT(failures_.some(), ElementsAre(1, 0, 1));
}

TEST_F(RowFailuresTest, ForeignNamesAreNone) {
  // Of another group, no lane at all, not in this call, nonsense.
  failures_.AddNamed(selection_, 1, "1 99999999999 2 -1 x",
                     absl::InternalError("boom"));
  EXPECT_THAT(failures_.some(), ElementsAre(1, 0, 1));
}

TEST_F(RowFailuresTest, WhenAllFailedItFailedAsAWhole) {
  for (int row = 0; row < 3; ++row) failures_.Add(row, absl::InternalError(""));
  EXPECT_THAT(failures_.some(), IsEmpty());
  failures_.Start(3);
  EXPECT_THAT(failures_.some(), IsEmpty());
  RLMESH_EXPECT_OK(failures_.status());
}

TEST_F(RowFailuresTest, TheFirstErrorStandsForAllButForACancellation) {
  failures_.Add(0, absl::InternalError("first"));
  failures_.Add(1, absl::InternalError("second"));
  EXPECT_THAT(failures_.status(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("first")));
  failures_.Add(2, absl::CancelledError("stop"));
  EXPECT_THAT(failures_.status(), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace rlmesh
