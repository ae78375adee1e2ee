// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/value.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/spaces/space_builder.h"
#include "rlmesh/spaces/text_leaf.h"

namespace rlmesh {
namespace {

SpaceSpec Parse(const SpaceProto& proto) {
  return SpaceSpec::FromProto(proto).value();
}

SpaceSpec Mixed() {
  return Parse(TupleSpace({BoxSpace(DType::kUint8, {3}), TextSpace(1, 9),
                           BoxSpace(DType::kFloat64, {2}), TextSpace(1, 9)}));
}

std::vector<std::string> Copy(ValueView view) {
  return {view.leaves().begin(), view.leaves().end()};
}

TEST(ValueBufferTest, BeginsWithZerosAndEmptyTexts) {
  ValueBuffer value(Mixed(), 2);
  ASSERT_EQ(value.view().size(), 4u);
  EXPECT_EQ(value.view().leaf(0), std::string(6, '\0'));
  EXPECT_EQ(value.view().leaf(2), std::string(32, '\0'));
  for (int leaf : {1, 3}) {
    RLMESH_ASSERT_OK(CheckTextLeaf(value.view().leaf(leaf), 2));
    EXPECT_EQ(TextOfLane(value.view().leaf(leaf), 1), "");
  }
  EXPECT_EQ(ValueBuffer().view().size(), 0u);
}

TEST(ValueBufferTest, LeavesAreAlignedAndDoNotOverlap) {
  ValueBuffer value(Mixed(), 3);
  for (int i : {0, 2}) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(value.leaf(i).data()) % 8, 0u);
    for (char& byte : value.leaf(i)) byte = static_cast<char>('a' + i);
  }
  EXPECT_EQ(value.view().leaf(0), std::string(9, 'a'));
  EXPECT_EQ(value.view().leaf(2), std::string(48, 'c'));
  RLMESH_EXPECT_OK(CheckTextLeaf(value.view().leaf(1), 3));
}

TEST(ValueBufferTest, SetWritesElementsOverAllLanes) {
  ValueBuffer value(Parse(BoxSpace(DType::kInt16, {2})), 2);
  value.Set<int16_t>(0, 3, -2);
  EXPECT_EQ(value.view().leaf(0), std::string("\0\0\0\0\0\0\xfe\xff", 8));
}

TEST(ValueBufferTest, TextsOfAnyLengthLeaveOtherLeavesAlone) {
  Random random(1);
  ValueBuffer value(Mixed(), 2);
  value.Set<double>(2, 1, 0.5);
  std::vector<std::string> first(2), second(2);
  for (int i = 0; i < 500; ++i) {
    const int lane = random.Below(2);
    const bool is_first = random.Below(2) == 0;
    std::vector<std::string>& texts = is_first ? first : second;
    texts[lane] = std::string(random.Below(i + 1), 'a' + random.Below(26));
    if (random.Below(2) == 0) {
      value.SetTextLane(is_first ? 1 : 3, lane, texts[lane]);
    } else {
      value.SetText(is_first ? 1 : 3, {texts[0], texts[1]});
    }
    for (int k = 0; k < 2; ++k) {
      RLMESH_ASSERT_OK(CheckTextLeaf(value.view().leaf(1), 2));
      RLMESH_ASSERT_OK(CheckTextLeaf(value.view().leaf(3), 2));
      ASSERT_EQ(TextOfLane(value.view().leaf(1), k), first[k]);
      ASSERT_EQ(TextOfLane(value.view().leaf(3), k), second[k]);
    }
    ASSERT_EQ(LoadElement<double>(value.view().leaf(2).data() + 8), 0.5);
    ASSERT_EQ(value.view().leaf(0), std::string(6, '\0'));
  }
}

TEST(ValueBufferTest, SetTextMayChangeTheNumberOfLanes) {
  ValueBuffer value(Parse(TextSpace(1, 9)), 1);
  value.SetText(0, {"a", "bc", "def"});
  RLMESH_ASSERT_OK(CheckTextLeaf(value.view().leaf(0), 3));
  EXPECT_EQ(TextOfLane(value.view().leaf(0), 2), "def");
}

TEST(ValueBufferTest, AssignCopiesAnything) {
  const std::vector<absl::string_view> leaves = {"abc", "",
                                                 "a leaf of more bytes"};
  ValueBuffer value(Mixed(), 2);
  value.Assign(ValueView(leaves));
  EXPECT_EQ(Copy(value.view()), Copy(ValueView(leaves)));
  value.Assign(value.view());
  EXPECT_EQ(Copy(value.view()), Copy(ValueView(leaves)));
  value.Reset(Mixed(), 1);  // nothing is left of it
  EXPECT_EQ(value.view().leaf(0), std::string(3, '\0'));
  EXPECT_EQ(value.view().leaf(2), std::string(16, '\0'));
}

TEST(ValueBufferTest, ViewsSurviveAMove) {
  ValueBuffer value(Mixed(), 1);
  value.SetText(1, {"hi"});
  const ValueView view = value.view();
  const ValueBuffer moved = std::move(value);
  EXPECT_EQ(TextOfLane(moved.view().leaf(1), 0), "hi");
  EXPECT_EQ(TextOfLane(view.leaf(1), 0), "hi");
}

}  // namespace
}  // namespace rlmesh
