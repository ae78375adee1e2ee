// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/lane_selection.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LaneSelectionTest, NothingNamedIsAllOfThem) {
  LaneSelection selection({0, 2, 5});
  RLMESH_ASSERT_OK(selection.Select("step", {}));
  EXPECT_THAT(selection.lanes(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(selection.rows(0), ElementsAre(0, 1));
  EXPECT_THAT(selection.rows(1), ElementsAre(2, 3, 4));
  EXPECT_TRUE(selection.is_all());
  EXPECT_TRUE(selection.is_whole(0));
  EXPECT_TRUE(selection.is_whole(1));
}

TEST(LaneSelectionTest, RowsKeepTheOrderOfTheRequest) {
  LaneSelection selection({0, 2, 5});
  RLMESH_ASSERT_OK(selection.Select("step", {4, 1, 0}));
  EXPECT_THAT(selection.lanes(), ElementsAre(4, 1, 0));
  EXPECT_THAT(selection.rows(0), ElementsAre(1, 2));
  EXPECT_THAT(selection.rows(1), ElementsAre(0));
  EXPECT_FALSE(selection.is_run());
  EXPECT_FALSE(selection.is_whole(0));  // in another order
}

TEST(LaneSelectionTest, ARunIsLaneAfterLane) {
  LaneSelection selection({0, 2, 5});
  RLMESH_ASSERT_OK(selection.Select("step", {1, 2, 3}));
  EXPECT_TRUE(selection.is_run());
  EXPECT_FALSE(selection.is_all());
  RLMESH_ASSERT_OK(selection.Select("step", {4}));
  EXPECT_TRUE(selection.is_run());
  EXPECT_THAT(selection.rows(0), IsEmpty());
  RLMESH_ASSERT_OK(selection.Select("step", {1, 0}));
  EXPECT_FALSE(selection.is_run());
}

TEST(LaneSelectionTest, RefusesLanesThatDoNotExistOrComeTwice) {
  LaneSelection selection({0, 3});
  const absl::Status range = selection.Select("subset step", {0, 3});
  EXPECT_THAT(
      range,
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("subset step: env_index 3 out of range for num_envs "
                         "3")));
  EXPECT_TRUE(GetErrorDetails(range).recoverable);
  EXPECT_THAT(selection.Select("partial reset", {1, 0, 1}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("partial reset: duplicate env_index 1")));
}

}  // namespace
}  // namespace rlmesh
