// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/space_spec.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/spaces/space_builder.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr double kInf = std::numeric_limits<double>::infinity();

SpaceSpec Parse(const SpaceProto& proto) {
  return SpaceSpec::FromProto(proto).value();
}

// What FromProto says about a space that it refuses.
std::string Error(const SpaceProto& proto) {
  const absl::StatusOr<SpaceSpec> spec = SpaceSpec::FromProto(proto);
  EXPECT_THAT(spec, StatusIs(kInvalid));
  EXPECT_GE(CountUtf8(spec.status().message()), 0);
  EXPECT_LT(spec.status().message().size(), 5000u);
  return std::string(spec.status().message());
}

SpaceProto WithShape(SpaceProto proto, const std::vector<int64_t>& shape) {
  proto.mutable_shape()->Assign(shape.begin(), shape.end());
  return proto;
}

SpaceProto WithDtype(SpaceProto proto, int dtype) {
  proto.set_dtype(static_cast<spaces::v1::DataType>(dtype));
  return proto;
}

TEST(SpaceSpecTest, LeavesStandInTheOrderOfKeysAndIndices) {
  const SpaceSpec spec = Parse(DictSpace(
      {{"zebra", DiscreteSpace(3)},
       {"arm", TupleSpace({TextSpace(1, 4),
                           DictSpace({{"joint", BoxSpace(DType::kFloat32,
                                                         {2, 3}, -1, 1)}})})},
       {"none", DictSpace({})}}));
  ASSERT_EQ(spec.leaves().size(), 3u);
  EXPECT_EQ(spec.leaves()[0].path, "$.zebra");
  EXPECT_EQ(spec.leaves()[1].path, "$.arm[0]");
  EXPECT_EQ(spec.leaves()[2].path, "$.arm[1].joint");
  EXPECT_EQ(spec.leaves()[2].Describe(), "leaf $.arm[1].joint (float32[2,3])");
  EXPECT_EQ(spec.leaves()[2].elements, 6u);
  EXPECT_EQ(spec.leaves()[2].lane_bytes, 24u);
  EXPECT_EQ(spec.lane_bytes(), 8u + 24u);
  EXPECT_FALSE(spec.is_fixed_size());
  EXPECT_EQ(spec.ToString(),
            "Dict(zebra: Discrete(3), arm: Tuple(Text(1, 4), Dict(joint: "
            "Box(-1, 1, [2,3], float32))), none: Dict())");
}

TEST(SpaceSpecTest, DefaultIsTheEmptyTuple) {
  const SpaceSpec spec;
  EXPECT_TRUE(spec.leaves().empty());
  EXPECT_TRUE(spec.is_fixed_size());
  EXPECT_TRUE(spec == Parse(TupleSpace({})));
  EXPECT_EQ(spec.ToString(), "Tuple()");
}

TEST(SpaceSpecTest, PrintsEveryKind) {
  EXPECT_EQ(Parse(BoxSpace(DType::kUint8, {84, 84, 3}, 0, 255)).ToString(),
            "Box(0, 255, [84,84,3], uint8)");
  EXPECT_EQ(Parse(BoxSpace(DType::kFloat64, {1}, 0.1, kInf)).ToString(),
            "Box(0.1, inf, [1], float64)");
  EXPECT_EQ(Parse(BoxSpace(DType::kFloat16, {2})).ToString(),
            "Box(-inf, inf, [2], float16)");
  EXPECT_EQ(
      Parse(BoxSpace(DType::kInt8, {6}, {0, 1, 2, 3, 4, 5}, {9, 9, 9, 9, 9, 9}))
          .ToString(),
      "Box([0,1,2,3,...], [9,9,9,9,...], [6], int8)");
  EXPECT_EQ(Parse(DiscreteSpace(5, -2, DType::kInt32)).ToString(),
            "Discrete(5, start=-2, int32)");
  EXPECT_EQ(Parse(MultiBinarySpace({2, 2})).ToString(), "MultiBinary([2,2])");
  EXPECT_EQ(Parse(MultiDiscreteSpace({2}, {3, 5})).ToString(),
            "MultiDiscrete([3,5])");
  EXPECT_EQ(Parse(TextSpace(2, 8, "abc")).ToString(), "Text(2, 8, charset)");
}

TEST(SpaceSpecTest, BoxOfRankZeroIsOneElement) {
  const SpaceSpec spec = Parse(BoxSpace(DType::kFloat32, {}, -1, 1));
  EXPECT_THAT(spec.leaves()[0].shape, ElementsAre(1));
  EXPECT_THAT(spec.proto().shape(), ElementsAre(1));
  EXPECT_TRUE(spec == Parse(BoxSpace(DType::kFloat32, {1}, -1, 1)));
}

TEST(SpaceSpecTest, EqualityIsAboutStructureTypesAndDomains) {
  const SpaceProto dict =
      DictSpace({{"a", DiscreteSpace(3)}, {"b", TextSpace(1, 2)}});
  EXPECT_TRUE(Parse(dict) == Parse(dict));
  EXPECT_TRUE(Parse(dict) != Parse(DictSpace({{"b", TextSpace(1, 2)},
                                              {"a", DiscreteSpace(3)}})));
  EXPECT_TRUE(Parse(dict) !=
              Parse(TupleSpace({DiscreteSpace(3), TextSpace(1, 2)})));
  EXPECT_TRUE(Parse(DictSpace({})) != Parse(TupleSpace({})));
  EXPECT_TRUE(Parse(DiscreteSpace(3)) != Parse(DiscreteSpace(3, 1)));
  EXPECT_TRUE(Parse(DiscreteSpace(3)) !=
              Parse(DiscreteSpace(3, 0, DType::kInt32)));
  EXPECT_TRUE(Parse(TextSpace(1, 2)) != Parse(TextSpace(1, 2, "a")));
  // One bound for all elements may be written in two ways.
  EXPECT_TRUE(Parse(BoxSpace(DType::kInt8, {2}, {0, 0}, {5, 5})) ==
              Parse(BoxSpace(DType::kInt8, {2}, 0, 5)));
  EXPECT_TRUE(Parse(BoxSpace(DType::kInt8, {2}, {0, 1}, {5, 5})) !=
              Parse(BoxSpace(DType::kInt8, {2}, 0, 5)));
  SpaceProto unbounded = BoxSpace(DType::kInt8, {2});
  unbounded.mutable_box()->set_unbounded(false);
  EXPECT_TRUE(Parse(unbounded) == Parse(BoxSpace(DType::kInt8, {2})));
}

TEST(SpaceSpecTest, RefusesWhatIsNotASpace) {
  EXPECT_THAT(Error(SpaceProto()), StartsWith("$: spec must be set"));
  EXPECT_THAT(Error(WithDtype(BoxSpace(DType::kInt8, {1}), 0)),
              StartsWith("$: dtype must be set"));
  EXPECT_THAT(Error(WithDtype(BoxSpace(DType::kInt8, {1}), 13)),
              StartsWith("$: unknown dtype 13"));
  EXPECT_THAT(Error(WithDtype(BoxSpace(DType::kInt8, {1}), -1)),
              StartsWith("$: unknown dtype -1"));
}

TEST(SpaceSpecTest, RefusesBrokenBoxes) {
  SpaceProto box = BoxSpace(DType::kFloat32, {2});
  box.mutable_box()->clear_bounds();
  EXPECT_THAT(Error(box), StartsWith("$: [Box] bounds must be set"));
  EXPECT_THAT(Error(BoxSpace(DType::kInt8, {2, 0})),
              AllOf(StartsWith("$: [Box] shape [2, 0]"), HasSubstr("0")));
  EXPECT_THAT(Error(BoxSpace(DType::kInt8, {-3})), HasSubstr("-3"));
  EXPECT_THAT(Error(BoxSpace(DType::kFloat32, {2}, 1, -1)),
              StartsWith("$: [Box] low 1 is above high -1"));
  EXPECT_THAT(Error(BoxSpace(DType::kFloat32, {2}, {0, 3}, {1, 2})),
              HasSubstr("element 1"));
  EXPECT_THAT(Error(BoxSpace(DType::kFloat32, {2}, std::nan(""), 1)),
              HasSubstr("NaN"));
  EXPECT_THAT(Error(BoxSpace(DType::kFloat16, {2}, {0, 0}, {1, std::nan("")})),
              AllOf(HasSubstr("NaN"), HasSubstr("element 1")));
  EXPECT_THAT(Error(BoxSpace(DType::kFloat32, {3}, {0, 0}, {1, 1})),
              HasSubstr("8 bytes (low) and 8 bytes (high), expected 12"));
  box.mutable_box()->mutable_uniform()->set_low("abc");
  EXPECT_THAT(Error(box), HasSubstr("3 bytes (low) and 0 bytes (high)"));
  box = BoxSpace(DType::kBool, {1}, 0, 1);
  box.mutable_box()->mutable_uniform()->set_high("\2");
  EXPECT_THAT(Error(box), HasSubstr("bool"));
}

TEST(SpaceSpecTest, BoundsMayMeetAndMayBeInfinite) {
  RLMESH_EXPECT_OK(SpaceSpec::FromProto(BoxSpace(DType::kFloat64, {1}, 2, 2)));
  RLMESH_EXPECT_OK(
      SpaceSpec::FromProto(BoxSpace(DType::kFloat16, {1}, -kInf, kInf)));
  RLMESH_EXPECT_OK(
      SpaceSpec::FromProto(BoxSpace(DType::kFloat32, {1}, 0, -0.0)));
}

TEST(SpaceSpecTest, RefusesBrokenDiscretes) {
  EXPECT_THAT(Error(DiscreteSpace(0)), StartsWith("$: [Discrete] n is 0"));
  EXPECT_THAT(Error(DiscreteSpace(-1)), HasSubstr("-1"));
  EXPECT_THAT(Error(DiscreteSpace(3, 0, DType::kInt16)),
              StartsWith("$: [Discrete] dtype is int16"));
  EXPECT_THAT(Error(DiscreteSpace(257, 0, DType::kUint8)),
              HasSubstr("257 values from 0 do not fit uint8"));
  EXPECT_THAT(Error(DiscreteSpace(2, -1, DType::kUint8)), HasSubstr("uint8"));
  EXPECT_THAT(Error(DiscreteSpace(2, INT64_MAX)), HasSubstr("int64"));
  EXPECT_THAT(Error(DiscreteSpace(INT64_MAX, 2)), HasSubstr("int64"));
  EXPECT_THAT(Error(WithShape(DiscreteSpace(2), {1})), HasSubstr("shape"));
  RLMESH_EXPECT_OK(SpaceSpec::FromProto(DiscreteSpace(256, 0, DType::kUint8)));
  RLMESH_EXPECT_OK(SpaceSpec::FromProto(DiscreteSpace(INT64_MAX, INT64_MIN)));
  RLMESH_EXPECT_OK(SpaceSpec::FromProto(DiscreteSpace(1, INT64_MAX)));
}

TEST(SpaceSpecTest, RefusesBrokenMultis) {
  EXPECT_THAT(Error(WithShape(MultiBinarySpace({1}), {})),
              StartsWith("$: [MultiBinary] shape must be set (rank >= 1)"));
  EXPECT_THAT(Error(WithDtype(MultiBinarySpace({1}), 9)),
              StartsWith("$: [MultiBinary] dtype is int64"));
  EXPECT_THAT(Error(MultiDiscreteSpace({2}, {3})),
              StartsWith("$: [MultiDiscrete] nvec has 1 entries"));
  EXPECT_THAT(Error(MultiDiscreteSpace({2}, {3, 0})),
              StartsWith("$: [MultiDiscrete] nvec at element 1 is 0"));
  EXPECT_THAT(Error(MultiDiscreteSpace({1}, {257}, DType::kUint8)),
              HasSubstr("does not fit uint8"));
  EXPECT_THAT(Error(MultiDiscreteSpace({1}, {2}, DType::kFloat32)),
              HasSubstr("integer"));
  RLMESH_EXPECT_OK(
      SpaceSpec::FromProto(MultiDiscreteSpace({1}, {256}, DType::kUint8)));
}

TEST(SpaceSpecTest, RefusesBrokenTexts) {
  EXPECT_THAT(Error(TextSpace(0, 5)),
              StartsWith("$: [Text] lengths are 0 to 5"));
  EXPECT_THAT(Error(TextSpace(5, 4)), HasSubstr("5 to 4"));
  EXPECT_THAT(Error(TextSpace(1, 4, "a\xff")), HasSubstr("UTF-8"));
  EXPECT_THAT(Error(WithDtype(TextSpace(1, 4), 3)), HasSubstr("uint16"));
  EXPECT_THAT(Error(WithShape(TextSpace(1, 4), {4})), HasSubstr("shape"));
}

TEST(SpaceSpecTest, RefusesBrokenContainersAndNamesTheirPath) {
  EXPECT_THAT(
      Error(DictSpace({{"a", DiscreteSpace(2)}, {"a", DiscreteSpace(2)}})),
      StartsWith("$: [Dict] key \"a\" is there twice"));
  EXPECT_THAT(Error(DictSpace({{"", DiscreteSpace(2)}})),
              StartsWith("$: [Dict] key 0 is empty"));
  SpaceProto dict = DictSpace({{"a", DiscreteSpace(2)}});
  dict.mutable_dict()->add_keys("b");
  EXPECT_THAT(Error(dict), StartsWith("$: [Dict] has 2 keys and 1 spaces"));
  EXPECT_THAT(Error(WithDtype(DictSpace({}), 2)), HasSubstr("dtype"));
  EXPECT_THAT(Error(WithShape(TupleSpace({}), {2})), HasSubstr("shape"));
  EXPECT_THAT(
      Error(DictSpace(
          {{"arm", TupleSpace({DiscreteSpace(1),
                               DictSpace({{"x", DiscreteSpace(0)}})})}})),
      StartsWith("$.arm[1].x: [Discrete] n is 0"));
  // A key cannot forge a line of a log.
  EXPECT_THAT(Error(DictSpace({{"a\nb", DiscreteSpace(0)}})),
              StartsWith("$[\"a\\nb\"]: "));
}

SpaceProto Nested(int depth) {
  SpaceProto space = DiscreteSpace(2);
  for (int i = 1; i < depth; ++i) space = TupleSpace({space});
  return space;
}

TEST(HostileSpaceTest, NestingEndsAt32) {
  RLMESH_EXPECT_OK(SpaceSpec::FromProto(Nested(32)));
  EXPECT_THAT(Error(Nested(33)), HasSubstr("more than 32 deep"));
  // 32 levels pass the parser's own limit, hence the message is ours.
  SpaceProto parsed;
  EXPECT_TRUE(parsed.ParseFromString(Nested(34).SerializeAsString()));
}

TEST(HostileSpaceTest, HugeShapesAreRefusedWithoutMemory) {
  const int64_t big = int64_t{1} << 62;
  EXPECT_THAT(Error(BoxSpace(DType::kUint8, {big})),
              AllOf(HasSubstr("268435456 bytes"), HasSubstr("message")));
  EXPECT_THAT(Error(BoxSpace(DType::kUint8, {big, 4})), HasSubstr("bytes"));
  EXPECT_THAT(
      Error(BoxSpace(DType::kUint8, {1 << 16, 1 << 16, 1 << 16, 1 << 16})),
      HasSubstr("bytes"));  // the product is 2^64, or zero
  EXPECT_THAT(Error(BoxSpace(DType::kUint8, {INT64_MAX, INT64_MAX})),
              HasSubstr("bytes"));
  EXPECT_THAT(Error(BoxSpace(DType::kFloat64, {(1 << 25) + 1})),
              HasSubstr("bytes"));
  RLMESH_EXPECT_OK(SpaceSpec::FromProto(BoxSpace(DType::kFloat64, {1 << 25})));
  RLMESH_EXPECT_OK(SpaceSpec::FromProto(BoxSpace(DType::kUint8, {1 << 28})));
  EXPECT_THAT(Error(BoxSpace(DType::kUint8, std::vector<int64_t>(100000, 1))),
              HasSubstr("100000 dimensions"));
}

TEST(HostileSpaceTest, AllLeavesTogetherFitInAMessage) {
  const SpaceProto half = BoxSpace(DType::kUint8, {1 << 27});
  RLMESH_EXPECT_OK(SpaceSpec::FromProto(TupleSpace({half, half})));
  EXPECT_THAT(Error(TupleSpace({half, half, MultiBinarySpace({1})})),
              AllOf(StartsWith("$[2]: "), HasSubstr("268435456 bytes")));
  EXPECT_THAT(Error(TupleSpace({half, half, TextSpace(1, 2)})),
              StartsWith("$[2]: "));
  EXPECT_THAT(Error(TextSpace(INT64_MAX, INT64_MAX)), HasSubstr("bytes"));
}

TEST(HostileSpaceTest, ManyPartsAreRefused) {
  SpaceProto dict, tuple;
  for (int i = 0; i < 1000000; ++i) {
    dict.mutable_dict()->add_keys(absl::StrCat(i));
    dict.mutable_dict()->add_spaces();
    tuple.mutable_tuple()->add_spaces()->mutable_tuple();
  }
  EXPECT_THAT(Error(dict), HasSubstr("1000000 keys"));
  EXPECT_THAT(Error(tuple), HasSubstr("more than 65536 parts"));
}

TEST(HostileSpaceTest, LongKeysAreRefusedInAShortMessage) {
  std::string key;
  while (key.size() < 3000000) key += "\xe2\x82\xac";
  EXPECT_THAT(Error(DictSpace({{key, DiscreteSpace(2)}})),
              HasSubstr("longer than 1024 bytes"));
  EXPECT_THAT(
      Error(DictSpace({{key, DiscreteSpace(2)}, {key, TextSpace(1, 1)}})),
      HasSubstr("longer"));
  // 300 bytes a level, in a tree that would have 4 MB of paths.
  SpaceProto space = DiscreteSpace(2);
  for (int i = 0; i < 5; ++i)
    space = DictSpace({{std::string(300, 'k'), space}});
  EXPECT_THAT(Error(space), HasSubstr("longer than 1024 bytes"));
}

}  // namespace
}  // namespace rlmesh
