// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/value_rows.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/space_builder.h"

namespace rlmesh {
namespace {

TEST(ValueRowsTest, CopiesOneLaneOfEveryKindOfLeaf) {
  auto spec = SpaceSpec::FromProto(TupleSpace(
      {BoxSpace(DType::kInt16, {2}), DiscreteSpace(9), TextSpace(1, 20)}));
  RLMESH_ASSERT_OK(spec);
  ValueBuffer three(*spec, /*lanes=*/3);
  for (int lane = 0; lane < 3; ++lane) {
    three.Set<int16_t>(0, 2 * lane, static_cast<int16_t>(10 * lane));
    three.Set<int16_t>(0, 2 * lane + 1, static_cast<int16_t>(10 * lane + 1));
    three.Set<int64_t>(1, lane, lane + 5);
  }
  three.SetText(2, {"a", "", "three"});
  ValueBuffer row;
  for (int lane = 0; lane < 3; ++lane) {
    ValueBuffer expected(*spec, /*lanes=*/1);
    expected.Set<int16_t>(0, 0, static_cast<int16_t>(10 * lane));
    expected.Set<int16_t>(0, 1, static_cast<int16_t>(10 * lane + 1));
    expected.Set<int64_t>(1, 0, lane + 5);
    expected.SetText(2, {lane == 0 ? "a" : lane == 1 ? "" : "three"});
    CopyRow(*spec, three.view(), /*lanes=*/3, lane, &row);
    EXPECT_EQ(row.view().leaves(), expected.view().leaves()) << lane;
  }
}

TEST(ValueRowsTest, PutsOneLaneAndLeavesTheOthers) {
  auto spec = SpaceSpec::FromProto(
      TupleSpace({BoxSpace(DType::kInt16, {2}), TextSpace(1, 20)}));
  RLMESH_ASSERT_OK(spec);
  ValueBuffer from(*spec, /*lanes=*/2), to(*spec, /*lanes=*/3);
  ValueBuffer expected(*spec, /*lanes=*/3);
  for (int i = 0; i < 4; ++i) from.Set<int16_t>(0, i, static_cast<int16_t>(i));
  from.SetText(1, {"zero", "one"});
  PutRow(*spec, from.view(), /*lane=*/1, /*to_lane=*/2, &to);
  PutRow(*spec, from.view(), /*lane=*/0, /*to_lane=*/1, &to);
  expected.Set<int16_t>(0, 2, 0);
  expected.Set<int16_t>(0, 3, 1);
  expected.Set<int16_t>(0, 4, 2);
  expected.Set<int16_t>(0, 5, 3);
  expected.SetText(1, {"", "zero", "one"});
  EXPECT_EQ(to.view().leaves(), expected.view().leaves());
}

}  // namespace
}  // namespace rlmesh
