// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python/slot_rows.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/space_builder.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {
namespace {

// Five lanes in two workers: lanes 0 and 1, lanes 2 to 4. Actions and
// observations have a Box of two bytes, a Discrete and a Text.
class SlotRowsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto space = SpaceSpec::FromProto(TupleSpace(
        {BoxSpace(DType::kUint8, {2}), DiscreteSpace(9), TextSpace(1, 20)}));
    RLMESH_ASSERT_OK(space);
    contract_.action_space = contract_.observation_space = *space;
    contract_.num_envs = 5;
    const std::vector<uint64_t> bytes = {2, 8, SlotLayout::kVariable};
    auto layout = SlotLayout::Create(5, 2, bytes, bytes);
    RLMESH_ASSERT_OK(layout);
    layout_ = *layout;
    slots_.assign(layout_.size, '\0');
    rows_.emplace(contract_, layout_, &slots_[0]);
  }

  ValueBuffer Value(const std::vector<std::string>& texts) {
    ValueBuffer value(contract_.action_space, static_cast<int>(texts.size()));
    for (size_t i = 0; i < texts.size(); ++i) {
      value.Set<uint8_t>(0, 2 * i, static_cast<uint8_t>(texts[i][0]));
      value.Set<int64_t>(1, i, static_cast<int64_t>(i));
    }
    value.SetText(2,
                  std::vector<absl::string_view>(texts.begin(), texts.end()));
    return value;
  }
  // The first byte of the Box of each lane.
  std::string ActionBytes() const {
    std::string bytes;
    for (int lane = 0; lane < 5; ++lane) {
      bytes += slots_[layout_.action[0].offset + 2 * lane];
    }
    return bytes;
  }
  // What a worker answers whose lanes say `texts`.
  std::string Answer(const std::vector<std::string>& texts) {
    std::string answer;
    AppendVariableLeaf(Value(texts).view().leaf(2), &answer);
    return answer + "infos";
  }

  EnvContract contract_;
  SlotLayout layout_;
  std::string slots_;
  absl::optional<SlotRows> rows_;
  LaneSelection selection_{{0, 2, 5}};
};

TEST_F(SlotRowsTest, ActionsGoToTheirLanes) {
  RLMESH_ASSERT_OK(selection_.Select("step", {}));
  rows_->PutActions(selection_, Value({"a", "b", "c", "d", "e"}).view());
  EXPECT_EQ(ActionBytes(), "abcde");
  RLMESH_ASSERT_OK(selection_.Select("step", {3, 0}));
  rows_->PutActions(selection_, Value({"x", "y"}).view());
  EXPECT_EQ(ActionBytes(), "ybcxe");
  RLMESH_ASSERT_OK(selection_.Select("step", {1, 2}));
  rows_->PutActions(selection_, Value({"v", "w"}).view());
  EXPECT_EQ(ActionBytes(), "yvwxe");
}

TEST_F(SlotRowsTest, TextsOfActionsGoToTheWorkersOfTheirLanes) {
  RLMESH_ASSERT_OK(selection_.Select("step", {3, 0, 2}));
  const ValueBuffer action = Value({"three", "zero", "two"});
  std::string payload, expected;
  rows_->AppendTexts(selection_, 1, action.view(), &payload);
  AppendVariableLeaf(Value({"three", "two"}).view().leaf(2), &expected);
  EXPECT_EQ(payload, expected);
}

TEST_F(SlotRowsTest, RowsThatFollowEachOtherAreNotCopied) {
  RLMESH_ASSERT_OK(selection_.Select("step", {}));
  std::string first = Answer({"a", "b"}), second = Answer({"c", "", "e"});
  absl::string_view rest = first;
  RLMESH_ASSERT_OK(rows_->TakeTexts(selection_, 0, &rest));
  EXPECT_EQ(rest, "infos");
  rest = second;
  RLMESH_ASSERT_OK(rows_->TakeTexts(selection_, 1, &rest));
  ValueView value = rows_->Observation(selection_);
  EXPECT_EQ(value.leaf(0).data(), &slots_[layout_.observation[0].offset]);
  EXPECT_EQ(value.leaf(0).size(), 10);
  EXPECT_EQ(value.leaf(2), Value({"a", "b", "c", "", "e"}).view().leaf(2));
  // What selects something is copied: it cannot change after its check.
  EXPECT_NE(value.leaf(1).data(), &slots_[layout_.observation[1].offset]);
  EXPECT_EQ(value.leaf(1).size(), 40);
}

TEST_F(SlotRowsTest, OtherRowsComeInTheOrderOfTheRequest) {
  for (int lane = 0; lane < 5; ++lane) {
    slots_[layout_.observation[0].offset + 2 * lane] = "abcde"[lane];
  }
  RLMESH_ASSERT_OK(selection_.Select("step", {4, 0, 3}));
  std::string first = Answer({"zero"}), second = Answer({"four", "three"});
  absl::string_view rest = first;
  RLMESH_ASSERT_OK(rows_->TakeTexts(selection_, 0, &rest));
  rest = second;
  RLMESH_ASSERT_OK(rows_->TakeTexts(selection_, 1, &rest));
  ValueView value = rows_->Observation(selection_);
  EXPECT_EQ(value.leaf(0), absl::string_view("e\0a\0d\0", 6));
  EXPECT_EQ(value.leaf(2), Value({"four", "zero", "three"}).view().leaf(2));
}

TEST_F(SlotRowsTest, TextsOfAWorkerAreChecked) {
  RLMESH_ASSERT_OK(selection_.Select("step", {}));
  for (std::string answer :
       {Answer({"a"}), Answer({"a", "b", "c"}), std::string("short")}) {
    absl::string_view rest = answer;
    EXPECT_FALSE(rows_->TakeTexts(selection_, 0, &rest).ok());
  }
}

}  // namespace
}  // namespace rlmesh
