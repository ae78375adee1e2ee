// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/adapters/parse_value.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/spaces/space_builder.h"
#include "rlmesh/spaces/text_leaf.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

SpaceSpec Space(const SpaceProto& proto) {
  return SpaceSpec::FromProto(proto).value();
}

absl::Status Parse(absl::string_view text, const SpaceProto& proto) {
  ValueBuffer value;
  return ParseValue(text, Space(proto), 1, &value);
}

// The elements of the only leaf.
template <typename T>
std::vector<T> Elements(absl::string_view text, const SpaceProto& proto,
                        int lanes = 1) {
  ValueBuffer value;
  RLMESH_EXPECT_OK(ParseValue(text, Space(proto), lanes, &value));
  std::vector<T> elements(value.view().leaf(0).size() / sizeof(T));
  for (size_t i = 0; i < elements.size(); ++i) {
    elements[i] = LoadElement<T>(value.view().leaf(0).data() + i * sizeof(T));
  }
  return elements;
}

TEST(ParseValueTest, Discrete) {
  EXPECT_THAT(Elements<int64_t>("1", DiscreteSpace(2)), ElementsAre(1));
  EXPECT_THAT(Elements<int64_t>(" -1.0 ", DiscreteSpace(2, -1)),
              ElementsAre(-1));
  EXPECT_THAT(Elements<int64_t>("2", DiscreteSpace(3), 3),
              ElementsAre(2, 2, 2));
  EXPECT_THAT(Parse("2", DiscreteSpace(2)),
              StatusIs(kInvalid, StartsWith("$: value 2 not in range [0, 2)")));
  EXPECT_THAT(Parse("0.5", DiscreteSpace(2)),
              StatusIs(kInvalid,
                       AllOf(StartsWith("$: 0.5"), HasSubstr("Discrete(2)"))));
  EXPECT_THAT(Parse("\"1\"", DiscreteSpace(2)), StatusIs(kInvalid));
  EXPECT_THAT(
      Parse("one", DiscreteSpace(2)),
      StatusIs(kInvalid, AllOf(HasSubstr("one"), HasSubstr("Discrete(2)"))));
}

TEST(ParseValueTest, BoxIsNestedFlatOrOneNumber) {
  const SpaceProto box = BoxSpace(DType::kFloat32, {2, 2}, -1, 1);
  EXPECT_THAT(Elements<float>("[[0, 0.5], [1, -1]]", box),
              ElementsAre(0, 0.5, 1, -1));
  EXPECT_THAT(Elements<float>("[0, 0.5, 1, -1]", box),
              ElementsAre(0, 0.5, 1, -1));
  EXPECT_THAT(Elements<float>("0.25", box),
              ElementsAre(0.25, 0.25, 0.25, 0.25));
  EXPECT_THAT(Elements<float>("[0, 0.5, 1, -1]", box, 2),
              ElementsAre(0, 0.5, 1, -1, 0, 0.5, 1, -1));
  EXPECT_THAT(Parse("[0, 0.5]", box),
              StatusIs(kInvalid, StartsWith("$: got 0, expected an array")));
  EXPECT_THAT(Parse("[[0, 0.5], [1]]", box),
              StatusIs(kInvalid, StartsWith("$: got [1], expected an array")));
  EXPECT_THAT(Parse("[[0, 0.5], [1, [1]]]", box),
              StatusIs(kInvalid, StartsWith("$: [1] at element 3 is not")));
  EXPECT_THAT(Parse("[0, 0.5, 3, -1]", box),
              StatusIs(kInvalid,
                       StartsWith("$: Box value at element 2 is 3, above 1")));
  EXPECT_THAT(Parse("null", box), StatusIs(kInvalid, StartsWith("$: null")));
}

TEST(ParseValueTest, NumbersMustFitTheirType) {
  EXPECT_THAT(Elements<uint8_t>("[255]", BoxSpace(DType::kUint8, {1})),
              ElementsAre(255));
  for (const char* bad : {"256", "-1", "1e30", "0.5"}) {
    EXPECT_THAT(Parse(bad, BoxSpace(DType::kUint8, {1})), StatusIs(kInvalid))
        << bad;
  }
  EXPECT_THAT(Elements<int8_t>("-128", BoxSpace(DType::kInt8, {1})),
              ElementsAre(-128));
  EXPECT_THAT(Parse("-129", BoxSpace(DType::kInt8, {1})), StatusIs(kInvalid));
  EXPECT_THAT(
      Elements<int64_t>("9007199254740993", BoxSpace(DType::kInt64, {1})),
      ElementsAre(9007199254740993));
  EXPECT_THAT(
      Elements<int64_t>("-9223372036854775808", BoxSpace(DType::kInt64, {1})),
      ElementsAre(INT64_MIN));
  EXPECT_THAT(Parse("9223372036854775808", BoxSpace(DType::kInt64, {1})),
              StatusIs(kInvalid));
  EXPECT_THAT(
      Elements<uint64_t>("18446744073709551615", BoxSpace(DType::kUint64, {1})),
      ElementsAre(UINT64_MAX));
  EXPECT_THAT(Parse("1.8446744073709552e19", BoxSpace(DType::kUint64, {1})),
              StatusIs(kInvalid));
  EXPECT_THAT(Parse("1e39", BoxSpace(DType::kFloat32, {1})),
              StatusIs(kInvalid));
  EXPECT_THAT(Parse("65520", BoxSpace(DType::kFloat16, {1})),
              StatusIs(kInvalid));
  EXPECT_THAT(Elements<double>("1e39", BoxSpace(DType::kFloat64, {1})),
              ElementsAre(1e39));
}

TEST(ParseValueTest, BoolsAndBits) {
  EXPECT_THAT(Elements<uint8_t>("[true, false, 1]", MultiBinarySpace({3})),
              ElementsAre(1, 0, 1));
  EXPECT_THAT(Elements<uint8_t>("true", BoxSpace(DType::kBool, {2}, 0, 1)),
              ElementsAre(1, 1));
  EXPECT_THAT(Parse("[0, 2, 1]", MultiBinarySpace({3})), StatusIs(kInvalid));
  EXPECT_THAT(Parse("2", BoxSpace(DType::kBool, {1})), StatusIs(kInvalid));
}

TEST(ParseValueTest, TextIsQuotedOrBare) {
  for (const char* text : {"hello", "\"hello\"", " \"hello\" "}) {
    ValueBuffer value;
    RLMESH_ASSERT_OK(ParseValue(text, Space(TextSpace(1, 9)), 2, &value));
    EXPECT_EQ(TextOfLane(value.view().leaf(0), 1), "hello");
  }
  EXPECT_THAT(Parse("much too long", TextSpace(1, 9)),
              StatusIs(kInvalid, StartsWith("$: Text has 13 characters")));
  EXPECT_THAT(Parse("\xff", TextSpace(1, 9)), StatusIs(kInvalid));
  EXPECT_THAT(Parse("[hello]", TupleSpace({TextSpace(1, 9)})),
              StatusIs(kInvalid));
}

TEST(ParseValueTest, MessagesAboutBytesThatAreNotTextAreText) {
  for (const char* text :
       {"\xff", "[\xc3", "\"\xed\xa0\x80\"", "{\"\xff\": 1}"}) {
    const absl::Status status = Parse(text, DiscreteSpace(2));
    EXPECT_THAT(status, StatusIs(kInvalid));
    EXPECT_GE(CountUtf8(status.message()), 0) << status;
  }
}

TEST(ParseValueTest, TreesAndTheirPaths) {
  const SpaceProto tree = DictSpace(
      {{"b", DiscreteSpace(3)},
       {"a", TupleSpace({BoxSpace(DType::kFloat64, {2}), TextSpace(1, 5)})}});
  ValueBuffer value;
  RLMESH_ASSERT_OK(ParseValue("{\"a\": [[1, 2], \"hi\"], \"b\": 2}",
                              Space(tree), 1, &value));
  EXPECT_EQ(LoadElement<int64_t>(value.view().leaf(0).data()), 2);
  EXPECT_EQ(LoadElement<double>(value.view().leaf(1).data()), 1);
  EXPECT_EQ(TextOfLane(value.view().leaf(2), 0), "hi");

  EXPECT_THAT(Parse("{\"b\": 2}", tree),
              StatusIs(kInvalid, StartsWith("$.a: missing")));
  EXPECT_THAT(Parse("{\"a\": [[1, 2], 3], \"b\": 2}", tree),
              StatusIs(kInvalid, StartsWith("$.a[1]: got 3")));
  EXPECT_THAT(Parse("{\"a\": [[1, 2]], \"b\": 2}", tree),
              StatusIs(kInvalid, StartsWith("$.a: got [[1,2]], expected an "
                                            "array of 2")));
  EXPECT_THAT(Parse("{\"a\": [[1, 2], \"hi\"], \"b\": 2, \"c\": 1}", tree),
              StatusIs(kInvalid,
                       AllOf(StartsWith("$: key \"c\""), HasSubstr("Dict("))));
  EXPECT_THAT(Parse("3", tree),
              StatusIs(kInvalid, StartsWith("$: got 3, expected an object")));
}

}  // namespace
}  // namespace rlmesh
