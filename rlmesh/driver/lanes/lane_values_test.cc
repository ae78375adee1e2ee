// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/lanes/lane_values.h"

#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/space_builder.h"
#include "rlmesh/spaces/text_leaf.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;

// Values are a number and a text that says the same.
class LaneValuesTest : public ::testing::Test {
 protected:
  LaneValuesTest()
      : spec_(SpaceSpec::FromProto(
                  TupleSpace({DiscreteSpace(1000), TextSpace(1, 20)}))
                  .value()),
        values_(&spec_, /*lanes=*/3) {}

  ValueBuffer Make(const std::vector<int64_t>& numbers) {
    ValueBuffer value(spec_, static_cast<int>(numbers.size()));
    for (size_t i = 0; i < numbers.size(); ++i) {
      value.Set<int64_t>(0, i, numbers[i]);
      value.SetTextLane(1, static_cast<int>(i), absl::StrCat(numbers[i]));
    }
    return value;
  }

  std::vector<int64_t> Read(ValueView value) {
    std::vector<int64_t> numbers(value.leaf(0).size() / 8);
    std::memcpy(numbers.data(), value.leaf(0).data(), value.leaf(0).size());
    RLMESH_EXPECT_OK(
        CheckTextLeaf(value.leaf(1), static_cast<int>(numbers.size())));
    for (size_t i = 0; i < numbers.size(); ++i) {
      const absl::string_view text =
          TextOfLane(value.leaf(1), static_cast<int>(i));
      EXPECT_EQ(text, numbers[i] == 0 ? "" : absl::StrCat(numbers[i]));
    }
    return numbers;
  }

  const SpaceSpec spec_;
  LaneValues values_;
};

TEST_F(LaneValuesTest, OneAnswerIsGivenOutAsItIs) {
  const ValueBuffer answer = Make({1, 2, 3});
  values_.Borrow({0, 1, 2}, answer.view());
  EXPECT_EQ(values_.Rows({0, 1, 2}).leaf(0).data(),
            answer.view().leaf(0).data());
  EXPECT_THAT(Read(values_.Rows({0, 1, 2})), ElementsAre(1, 2, 3));
}

TEST_F(LaneValuesTest, RowsComeFromWhereverTheyAre) {
  {
    const ValueBuffer first = Make({1, 2, 3});
    values_.Borrow({0, 1, 2}, first.view());
    values_.Keep();
  }
  const ValueBuffer second = Make({20, 10});
  values_.Borrow({1, 0}, second.view());
  EXPECT_THAT(Read(values_.Rows({0, 1, 2})), ElementsAre(10, 20, 3));
  EXPECT_THAT(Read(values_.Rows({2, 1})), ElementsAre(3, 20));
  EXPECT_THAT(Read(values_.Rows({0, 2, 1})), ElementsAre(10, 3, 20));
  ValueBuffer row;
  values_.CopyRow(2, &row);
  EXPECT_THAT(Read(row.view()), ElementsAre(3));
  values_.CopyRow(1, &row);
  EXPECT_THAT(Read(row.view()), ElementsAre(20));
}

TEST_F(LaneValuesTest, WhatIsNotKeptIsForgotten) {
  {
    const ValueBuffer first = Make({1, 2, 3});
    values_.Borrow({0, 1, 2}, first.view());
    values_.Keep();
    const ValueBuffer second = Make({7, 8});
    values_.Borrow({0, 1}, second.view());
  }
  const ValueBuffer third = Make({9});
  values_.Borrow({1}, third.view());
  EXPECT_THAT(Read(values_.Rows({0, 1, 2})), ElementsAre(1, 9, 3));
}

TEST_F(LaneValuesTest, ForgetGoesBackToWhatWasKept) {
  values_.Put(1, Make({5}).view());
  {
    const ValueBuffer answer = Make({1, 2, 3});
    values_.Borrow({0, 1, 2}, answer.view());
    values_.Forget();
  }
  EXPECT_THAT(Read(values_.Rows({0, 1, 2})), ElementsAre(0, 5, 0));
}

TEST_F(LaneValuesTest, PutKeepsTheOthers) {
  {
    const ValueBuffer first = Make({1, 2, 3});
    values_.Borrow({0, 1, 2}, first.view());
    values_.Put(1, Make({50}).view());
  }
  EXPECT_THAT(Read(values_.Rows({0, 1, 2})), ElementsAre(1, 50, 3));
}

TEST_F(LaneValuesTest, LanesWithoutAnAnswerAreZero) {
  EXPECT_THAT(Read(values_.Rows({0, 1, 2})), ElementsAre(0, 0, 0));
  EXPECT_THAT(Read(values_.Rows({2})), ElementsAre(0));
}

}  // namespace
}  // namespace rlmesh
