// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/sampler.h"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/spaces/space_builder.h"
#include "rlmesh/spaces/text_leaf.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

SpaceSpec Parse(const SpaceProto& proto) {
  return SpaceSpec::FromProto(proto).value();
}

// Draws `n` elements of a Box of one element.
template <typename T>
std::vector<T> Draw(const SpaceProto& proto, int n) {
  const SpaceSpec spec = Parse(proto);
  Random random(1);
  ValueBuffer value;
  std::vector<T> drawn;
  for (int i = 0; i < n; ++i) {
    SampleLane(spec, 0, 1, &random, &value);
    RLMESH_EXPECT_OK(
        CheckValue(spec, value.view(), 1, ValidationPolicy::kStrict, nullptr));
    drawn.push_back(LoadElement<T>(value.view().leaf(0).data()));
  }
  return drawn;
}

TEST(SampleLaneTest, DiscreteCoversItsDomainAndNothingElse) {
  const std::vector<int64_t> drawn = Draw<int64_t>(DiscreteSpace(3, -1), 200);
  EXPECT_THAT(std::set<int64_t>(drawn.begin(), drawn.end()),
              ::testing::ElementsAre(-1, 0, 1));
}

TEST(SampleLaneTest, IntegersReachBothBounds) {
  const std::vector<int8_t> drawn =
      Draw<int8_t>(BoxSpace(DType::kInt8, {1}, -128, 127), 20000);
  EXPECT_EQ(std::set<int8_t>(drawn.begin(), drawn.end()).size(), 256u);
  // The widest domains there are.
  bool low = false;
  for (int64_t v : Draw<int64_t>(DiscreteSpace(INT64_MAX, INT64_MIN), 100)) {
    low |= v < INT64_MIN / 2;
  }
  EXPECT_TRUE(low);
  SpaceProto all = BoxSpace(DType::kUint64, {1}, 0, 0);
  all.mutable_box()->mutable_uniform()->set_high(std::string(8, '\xff'));
  bool high = false;
  for (uint64_t v : Draw<uint64_t>(all, 100)) high |= (v >> 63) != 0;
  EXPECT_TRUE(high);
}

TEST(SampleLaneTest, FloatsFollowTheirBounds) {
  double mean = 0;
  for (float v : Draw<float>(BoxSpace(DType::kFloat32, {1}, -1, 3), 10000)) {
    mean += v / 10000;
  }
  EXPECT_NEAR(mean, 1, 0.05);
  mean = 0;
  for (double v :
       Draw<double>(BoxSpace(DType::kFloat64, {1}, 2, INFINITY), 10000)) {
    mean += v / 10000;
  }
  EXPECT_NEAR(mean, 3, 0.1);  // 2 and an exponential of mean 1
  mean = 0;
  for (double v :
       Draw<double>(BoxSpace(DType::kFloat64, {1}, -INFINITY, 2), 10000)) {
    mean += v / 10000;
  }
  EXPECT_NEAR(mean, 1, 0.1);
  double square = 0;
  for (double v : Draw<double>(BoxSpace(DType::kFloat64, {1}), 10000)) {
    square += v * v / 10000;
  }
  EXPECT_NEAR(square, 1, 0.1);
}

TEST(SampleLaneTest, ExtremeBoundsStayInside) {
  for (double v :
       Draw<double>(BoxSpace(DType::kFloat64, {1}, -1.7e308, 1.7e308), 1000)) {
    EXPECT_TRUE(std::isfinite(v));
  }
  Draw<float>(BoxSpace(DType::kFloat32, {1}, 0.1, 0.1), 10);
  // Neighbours: rounding must not lead out.
  for (double low : {0.1, 0.3, 1.7, 1e10 / 3, -0.7}) {
    const double high = std::nextafter(low, 1e300);
    Draw<double>(BoxSpace(DType::kFloat64, {1}, low, high), 500);
  }
  Draw<float>(BoxSpace(DType::kFloat32, {1}, 3e38, INFINITY), 100);
  Draw<double>(BoxSpace(DType::kFloat64, {1}, INFINITY, INFINITY), 10);
  Draw<double>(BoxSpace(DType::kFloat64, {1}, -INFINITY, -INFINITY), 10);
  Draw<Float16>(BoxSpace(DType::kFloat16, {1}, 65504, INFINITY), 100);
  Draw<Float16>(BoxSpace(DType::kFloat16, {1}, 0.1, 0.2), 1000);
}

TEST(SampleLaneTest, BoolsWithoutBoundsAreBools) {
  const std::vector<uint8_t> drawn =
      Draw<uint8_t>(BoxSpace(DType::kBool, {1}), 50);
  EXPECT_THAT(std::set<uint8_t>(drawn.begin(), drawn.end()),
              ::testing::ElementsAre(0, 1));
}

TEST(SampleLaneTest, TextKeepsToLengthAndCharset) {
  const SpaceSpec spec = Parse(TextSpace(2, 4, "a\xc3\xa9"));
  Random random(3);
  ValueBuffer value;
  std::set<absl::string_view::size_type> sizes;
  for (int i = 0; i < 200; ++i) {
    SampleLane(spec, 0, 1, &random, &value);
    RLMESH_ASSERT_OK(
        CheckValue(spec, value.view(), 1, ValidationPolicy::kStrict, nullptr));
    sizes.insert(TextOfLane(value.view().leaf(0), 0).size());
  }
  EXPECT_GT(sizes.size(), 4u);  // 2 to 4 characters of 1 or 2 bytes
}

TEST(SampleLaneTest, TextThatMayBeEndlessIsNot) {
  const SpaceSpec spec = Parse(TextSpace(1, INT64_MAX));
  Random random(3);
  ValueBuffer value;
  for (int i = 0; i < 100; ++i) {
    SampleLane(spec, 0, 1, &random, &value);
    EXPECT_LE(TextOfLane(value.view().leaf(0), 0).size(), 256u);
  }
}

TEST(SampleLaneTest, OtherLanesStayAsTheyAre) {
  const SpaceSpec spec = Parse(TupleSpace(
      {TextSpace(1, 20), BoxSpace(DType::kFloat32, {2, 3}), TextSpace(1, 9)}));
  Random random(5);
  ValueBuffer value(spec, 3);
  for (int lane = 0; lane < 3; ++lane) {
    SampleLane(spec, lane, 3, &random, &value);
  }
  for (int i = 0; i < 100; ++i) {
    ValueBuffer before;
    before.Assign(value.view());
    SampleLane(spec, 1, 3, &random, &value);
    for (int lane : {0, 2}) {
      for (int leaf : {0, 2}) {
        EXPECT_EQ(TextOfLane(value.view().leaf(leaf), lane),
                  TextOfLane(before.view().leaf(leaf), lane));
      }
      EXPECT_EQ(value.view().leaf(1).substr(24 * lane, 24),
                before.view().leaf(1).substr(24 * lane, 24));
    }
    EXPECT_NE(value.view().leaf(1).substr(24, 24),
              before.view().leaf(1).substr(24, 24));
    RLMESH_ASSERT_OK(
        CheckValue(spec, value.view(), 3, ValidationPolicy::kStrict, nullptr));
  }
}

TEST(SampleLaneTest, ABufferOfAnotherSpaceIsReset) {
  ValueBuffer value(Parse(DiscreteSpace(2)), 1);
  const SpaceSpec spec = Parse(TextSpace(1, 3));
  Random random(5);
  SampleLane(spec, 1, 2, &random, &value);
  ASSERT_EQ(value.view().size(), 1u);
  RLMESH_ASSERT_OK(CheckTextLeaf(value.view().leaf(0), 2));
  EXPECT_EQ(TextOfLane(value.view().leaf(0), 0), "");
  EXPECT_NE(TextOfLane(value.view().leaf(0), 1), "");
}

TEST(SampleLaneTest, TheSameRandomGivesTheSameBytesInEveryRelease) {
  const SpaceSpec spec = Parse(
      DictSpace({{"box", BoxSpace(DType::kFloat32, {2}, -1, 1)},
                 {"count", BoxSpace(DType::kInt16, {2}, -300, 300)},
                 {"mode", DiscreteSpace(5, 10)},
                 {"bits", MultiBinarySpace({4})},
                 {"cards", MultiDiscreteSpace({2}, {4, 13}, DType::kInt32)},
                 {"text", TextSpace(3, 3)}}));
  Random random(7, 1);
  ValueBuffer value(spec, 1);
  SampleLane(spec, 0, 1, &random, &value);
  std::string all;
  for (absl::string_view leaf : value.view().leaves()) {
    all += absl::BytesToHexString(leaf) + " ";
  }
  EXPECT_EQ(all,
            "706552bf60f959be bd00b800 0d00000000000000 00010100 "
            "010000000a000000 01000000000000000300000000000000626136 ");
}

// The bytes of `lanes` lanes, each of its own stream.
std::string DrawLanes(const SpaceSpec& spec, int lanes, bool at_once) {
  std::vector<Random> randoms;
  std::vector<Random*> pointers;
  for (int i = 0; i < lanes; ++i) randoms.emplace_back(/*seed=*/100 + i);
  for (Random& random : randoms) pointers.push_back(&random);
  ValueBuffer value;
  for (int round = 0; round < 2; ++round) {  // the second into a used buffer
    if (at_once) {
      RLMESH_EXPECT_OK(SampleLanes(spec, pointers, &value));
    } else {
      for (int i = 0; i < lanes; ++i) {
        SampleLane(spec, i, lanes, pointers[i], &value);
      }
    }
  }
  RLMESH_EXPECT_OK(CheckValue(spec, value.view(), lanes,
                              ValidationPolicy::kStrict, nullptr));
  std::string all;
  for (absl::string_view leaf : value.view().leaves()) {
    all += absl::BytesToHexString(leaf) + " ";
  }
  return all;
}

TEST(SampleLanesTest, DrawsWhatLaneByLaneDraws) {
  for (const SpaceProto& proto :
       {DictSpace({{"a", TextSpace(1, 20)},
                   {"box", BoxSpace(DType::kFloat32, {3}, -1, 1)},
                   {"c", TextSpace(3, 300, "a\xc3\xa9")},
                   {"mode", DiscreteSpace(5, 10)}}),
        DictSpace({{"box", BoxSpace(DType::kFloat64, {2})},
                   {"bits", MultiBinarySpace({4})}})}) {
    const SpaceSpec spec = Parse(proto);
    for (int lanes : {1, 2, 7}) {
      EXPECT_EQ(DrawLanes(spec, lanes, /*at_once=*/true),
                DrawLanes(spec, lanes, /*at_once=*/false));
    }
  }
}

TEST(SampleLanesTest, ResetsABufferOfAnotherNumberOfLanes) {
  const SpaceSpec spec = Parse(DiscreteSpace(3));
  Random first(1), second(2);
  ValueBuffer value(spec, 5);
  RLMESH_ASSERT_OK(SampleLanes(spec, {&first, &second}, &value));
  EXPECT_EQ(value.view().leaf(0).size(), 16u);
  RLMESH_ASSERT_OK(SampleLanes(spec, {}, &value));
  EXPECT_EQ(value.view().leaf(0).size(), 0u);
}

TEST(SampleLanesTest, ManyTextsTakeTimeByTheirNumber) {
  // Were it by the square of their number, this would not end before the test
  // is given up: 65536 lanes, then 60000 leaves.
  Random seeds(1);
  std::vector<Random> randoms(65536, seeds);
  std::vector<Random*> pointers;
  for (Random& random : randoms) pointers.push_back(&random);
  ValueBuffer value;
  const SpaceSpec one = Parse(TextSpace(1, 1));
  for (int round = 0; round < 50; ++round) {
    RLMESH_ASSERT_OK(SampleLanes(one, pointers, &value));
  }
  const SpaceSpec many =
      Parse(TupleSpace(std::vector<SpaceProto>(60000, TextSpace(1, 1))));
  for (int round = 0; round < 50; ++round) {
    RLMESH_ASSERT_OK(
        SampleLanes(many, absl::MakeSpan(pointers).subspan(0, 1), &value));
  }
}

TEST(SampleLanesTest, RefusesWhatCouldBeLargerThanAMessage) {
  const SpaceSpec spec = Parse(TextSpace(20000000, 20000000));
  EXPECT_EQ(MaxSampleBytes(spec), 20000008u);
  Random seeds(1);
  std::vector<Random> randoms(200, seeds);
  std::vector<Random*> pointers;
  for (Random& random : randoms) pointers.push_back(&random);
  ValueBuffer value;
  EXPECT_THAT(SampleLanes(spec, pointers, &value),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("200 lanes"),
                             HasSubstr("larger than a message may be"))));
  EXPECT_EQ(value.view().size(), 0u);
  // Characters count with their bytes.
  EXPECT_EQ(MaxSampleBytes(Parse(TextSpace(10, 1000, "a\xf0\x9f\x98\x80"))),
            8u + 265 * 4);
  Random random(1);
  EXPECT_THAT(
      SampleLanes(Parse(TextSpace(70000000, 70000000, "\xf0\x9f\x98\x80")),
                  {&random}, &value),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rlmesh
