// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/check.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/space_builder.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

SpaceSpec Parse(const SpaceProto& proto) {
  return SpaceSpec::FromProto(proto).value();
}

absl::Status Check(const SpaceProto& space,
                   const std::vector<absl::string_view>& leaves, int lanes = 1,
                   ValidationPolicy policy = ValidationPolicy::kWarn,
                   std::vector<Deviation>* deviations = nullptr) {
  return CheckValue(Parse(space), ValueView(leaves), lanes, policy, deviations);
}

template <typename T>
std::string Bytes(const std::vector<T>& elements) {
  return std::string(reinterpret_cast<const char*>(elements.data()),
                     elements.size() * sizeof(T));
}

// The only deviation of a value.
std::string DeviationOf(const SpaceProto& space, absl::string_view leaf,
                        int lanes = 1) {
  std::vector<Deviation> deviations;
  RLMESH_EXPECT_OK(
      Check(space, {leaf}, lanes, ValidationPolicy::kWarn, &deviations));
  RLMESH_EXPECT_OK(Check(space, {leaf}, lanes, ValidationPolicy::kOff));
  if (deviations.size() != 1) return "not exactly one";
  EXPECT_THAT(
      Check(space, {leaf}, lanes, ValidationPolicy::kStrict),
      StatusIs(kInvalid, deviations[0].path + ": " + deviations[0].detail));
  return deviations[0].detail;
}

TEST(CheckValueTest, MessagesBeginAsTheReferencesDo) {
  const SpaceProto box = BoxSpace(DType::kFloat64, {1});
  EXPECT_THAT(
      Check(DiscreteSpace(3), {"", ""}),
      StatusIs(kInvalid, "length mismatch: got 2 leaf slabs, spec expects 1"));
  EXPECT_THAT(
      Check(DiscreteSpace(3), {"abc"}),
      StatusIs(
          kInvalid,
          AllOf(StartsWith("length mismatch: slab: got 3 bytes, expected 1 "
                           "lanes * 8"),
                HasSubstr("leaf $ (Discrete(3))"))));
  EXPECT_THAT(Check(DiscreteSpace(3), {Bytes<int64_t>({3})}),
              StatusIs(kInvalid, "$: value 3 not in range [0, 3)"));
  EXPECT_THAT(Check(box, {Bytes<double>({NAN})}),
              StatusIs(kInvalid, "$: Box value at element 0 is NaN"));
}

TEST(CheckValueTest, MessagesNameLeafElementAndLane) {
  const SpaceProto space =
      DictSpace({{"a", BoxSpace(DType::kFloat32, {2}, -1, 1)},
                 {"b", MultiDiscreteSpace({2}, {3, 5}, DType::kInt16)}});
  const std::string good = Bytes<float>({0, 0, 0, 0});
  EXPECT_THAT(Check(space, {good, Bytes<int16_t>({0, 0, 2, 5})}, 2),
              StatusIs(kInvalid,
                       "$.b: value 5 not in range [0, 5) at element "
                       "1 (lane 1)"));
  EXPECT_THAT(Check(space, {good, Bytes<int16_t>({-1, 0, 2, 4})}, 2),
              StatusIs(kInvalid, StartsWith("$.b: value -1 not in range")));
  EXPECT_THAT(
      Check(space, {Bytes<float>({0, 0, NAN, 0}), Bytes<int16_t>({0, 0, 0, 0})},
            2),
      StatusIs(kInvalid, "$.a: Box value at element 0 is NaN (lane 1)"));
  std::vector<Deviation> deviations;
  RLMESH_EXPECT_OK(
      Check(space, {Bytes<float>({0, 0, 0, 1.5}), Bytes<int16_t>({0, 0, 0, 0})},
            2, ValidationPolicy::kWarn, &deviations));
  EXPECT_THAT(deviations,
              ElementsAre(AllOf(
                  Field(&Deviation::path, "$.a"),
                  Field(&Deviation::detail,
                        "Box value at element 1 is 1.5, above 1 (lane 1)"))));
}

TEST(CheckValueTest, DomainsAtTheirEdges) {
  const SpaceProto shifted = DiscreteSpace(5, -2);
  RLMESH_EXPECT_OK(Check(shifted, {Bytes<int64_t>({-2, 2})}, 2));
  EXPECT_THAT(Check(shifted, {Bytes<int64_t>({-3})}),
              StatusIs(kInvalid, "$: value -3 not in range [-2, 3)"));
  EXPECT_THAT(Check(shifted, {Bytes<int64_t>({3})}), StatusIs(kInvalid));
  const SpaceProto last = DiscreteSpace(1, INT64_MAX);
  RLMESH_EXPECT_OK(Check(last, {Bytes<int64_t>({INT64_MAX})}));
  EXPECT_THAT(Check(last, {Bytes<int64_t>({INT64_MIN})}),
              StatusIs(kInvalid, HasSubstr("9223372036854775808)")));
  EXPECT_THAT(Check(DiscreteSpace(4, 0, DType::kUint8), {"\xff"}),
              StatusIs(kInvalid, HasSubstr("value 255 not in range [0, 4)")));
  EXPECT_THAT(Check(MultiDiscreteSpace({1}, {INT64_MAX}, DType::kUint64),
                    {Bytes<uint64_t>({UINT64_MAX})}),
              StatusIs(kInvalid, HasSubstr("18446744073709551615")));
}

TEST(CheckValueTest, BoundsAtTheirEdges) {
  const SpaceProto box = BoxSpace(DType::kFloat32, {1}, -1, 1);
  RLMESH_EXPECT_OK(
      Check(box, {Bytes<float>({-1, 1})}, 2, ValidationPolicy::kStrict));
  EXPECT_THAT(DeviationOf(box, Bytes<float>({std::nextafter(1.0f, 2.0f)})),
              "Box value at element 0 is 1.0000001, above 1");
  EXPECT_THAT(DeviationOf(box, Bytes<float>({-INFINITY})),
              "Box value at element 0 is -inf, below -1");
  EXPECT_THAT(DeviationOf(BoxSpace(DType::kInt64, {1}, INT64_MIN, -2),
                          Bytes<int64_t>({-1})),
              "Box value at element 0 is -1, above -2");
  EXPECT_THAT(DeviationOf(BoxSpace(DType::kFloat16, {1}, -1, 1), "\x01\x3c"),
              HasSubstr("above 1"));
  for (const char* nan : {"\x01\x7c", "\x01\xfc", "\xff\x7f", "\xff\xff"}) {
    EXPECT_THAT(
        Check(BoxSpace(DType::kFloat16, {1}, -INFINITY, INFINITY), {nan}),
        StatusIs(kInvalid, HasSubstr("NaN")));
  }
  RLMESH_EXPECT_OK(Check(BoxSpace(DType::kFloat16, {1}, 0, 1),
                         {absl::string_view("\0\x80", 2)}, 1,
                         ValidationPolicy::kStrict));  // -0 is 0
  EXPECT_THAT(DeviationOf(BoxSpace(DType::kUint8, {2}, {0, 5}, {9, 9}),
                          absl::string_view("\x04\x04", 2)),
              "Box value at element 1 is 4, below 5");
}

TEST(CheckValueTest, BytesAboveOneAreDeviationsOfBools) {
  EXPECT_THAT(DeviationOf(BoxSpace(DType::kBool, {2}), "\1\2"),
              "Box value at element 1 is 2, not a bool (0 or 1)");
  EXPECT_THAT(DeviationOf(BoxSpace(DType::kBool, {2}, 0, 1), "\1\2"),
              "Box value at element 1 is 2, above 1");
  EXPECT_THAT(DeviationOf(MultiBinarySpace({2}), "\1\xff"),
              "MultiBinary value at element 1 is 255, which reads as 1");
}

TEST(CheckValueTest, NanIsFoundBehindADeviationAndWhateverThePolicy) {
  for (int n : {1, 3, 63, 64, 65, 200}) {
    for (int at = 0; at < n; ++at) {
      std::vector<float> elements(n, 2.0f);  // all above 1
      elements[at] = NAN;
      for (ValidationPolicy policy :
           {ValidationPolicy::kWarn, ValidationPolicy::kOff}) {
        for (const SpaceProto& space :
             {BoxSpace(DType::kFloat32, {n}, -1, 1),
              BoxSpace(DType::kFloat32, {n}),
              BoxSpace(DType::kFloat32, {n}, std::vector<double>(n, -1),
                       std::vector<double>(n, 1))}) {
          ASSERT_THAT(Check(space, {Bytes(elements)}, 1, policy),
                      StatusIs(kInvalid, HasSubstr(absl::StrCat("element ", at,
                                                                " is NaN"))));
        }
      }
    }
  }
}

TEST(CheckValueTest, OneDeviationALeaf) {
  const SpaceProto leaf = BoxSpace(DType::kUint8, {100}, 0, 1);
  const std::string bad(100, '\2');
  std::vector<Deviation> deviations;
  RLMESH_EXPECT_OK(Check(TupleSpace({leaf, leaf}), {bad, bad}, 1,
                         ValidationPolicy::kWarn, &deviations));
  EXPECT_THAT(deviations, ElementsAre(Field(&Deviation::path, "$[0]"),
                                      Field(&Deviation::path, "$[1]")));
  RLMESH_EXPECT_OK(Check(leaf, {bad}));  // nobody asks which
}

std::string Text(const std::vector<std::string>& texts) {
  ValueBuffer value(Parse(TextSpace(1, 1)), 1);
  value.SetText(0, std::vector<absl::string_view>(texts.begin(), texts.end()));
  return std::string(value.view().leaf(0));
}

TEST(CheckValueTest, TextHeadersAreCheckedToTheByte) {
  const SpaceProto space = TextSpace(1, 8);
  const std::string good = Text({"hi", "h\xc3\xa9"});
  RLMESH_EXPECT_OK(Check(space, {good}, 2, ValidationPolicy::kStrict));
  EXPECT_THAT(Check(space, {good}, 1),
              StatusIs(kInvalid, StartsWith("length mismatch: Text: count is "
                                            "2, expected 1")));
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_THAT(Check(space, {good.substr(0, size)}, 2),
                StatusIs(kInvalid, StartsWith("length mismatch: Text: ")));
  }
  EXPECT_THAT(Check(space, {good + "x"}, 2),
              StatusIs(kInvalid, HasSubstr("1 bytes behind the last lane")));
  // Lengths whose sum, modulo 2^64, is that of the texts.
  std::string wrapped = Text({"hi", "you"});
  wrapped[8] = 6;
  wrapped.replace(16, 8, 8, '\xff');
  EXPECT_THAT(Check(space, {wrapped}, 2),
              StatusIs(kInvalid, HasSubstr("lane 0 announces 6 bytes")));
  EXPECT_THAT(Check(space, {std::string(8, '\xff')}, 2), StatusIs(kInvalid));
}

TEST(CheckValueTest, TextIsUtf8WhateverThePolicy) {
  for (ValidationPolicy policy :
       {ValidationPolicy::kWarn, ValidationPolicy::kStrict,
        ValidationPolicy::kOff}) {
    EXPECT_THAT(
        Check(TextSpace(1, 8), {Text({"ok", "a\xed\xa0\x80"})}, 2, policy),
        StatusIs(kInvalid, "$: Text is not UTF-8 at byte 1 (lane 1)"));
  }
}

TEST(CheckValueTest, TextDeviatesByCharacters) {
  EXPECT_THAT(DeviationOf(TextSpace(2, 3), Text({"\xc3\xa9"})),
              "Text has 1 characters, below 2");
  EXPECT_THAT(DeviationOf(TextSpace(2, 3), Text({"abcd"})),
              "Text has 4 characters, above 3");
  EXPECT_THAT(DeviationOf(TextSpace(1, 3, "a\xc3\xa9"), Text({"a\xc3\xaa"
                                                              "b"})),
              "Text has the character \"\xc3\xaa\", which is not in its "
              "charset");
  RLMESH_EXPECT_OK(Check(TextSpace(3, 3, "a\xc3\xa9"),
                         {Text({"\xc3\xa9"
                                "aa"})},
                         1, ValidationPolicy::kStrict));
}

TEST(CheckValueTest, LanesComeFromOutside) {
  RLMESH_EXPECT_OK(Check(DiscreteSpace(2), {""}, 0));
  RLMESH_EXPECT_OK(Check(DictSpace({}), {}, 3));
  EXPECT_THAT(Check(DiscreteSpace(2), {""}, -1), StatusIs(kInvalid));
  EXPECT_THAT(Check(DiscreteSpace(2), {Bytes<int64_t>({0, 0})}, 1),
              StatusIs(kInvalid));
  EXPECT_THAT(Check(DiscreteSpace(2), {""}, INT32_MAX), StatusIs(kInvalid));
  EXPECT_THAT(Check(TextSpace(1, 1), {""}, INT32_MAX), StatusIs(kInvalid));
}

TEST(CheckValueTest, LeavesNeedNotBeAligned) {
  const std::string bytes = "x" + Bytes<double>({0.5, NAN});
  EXPECT_THAT(Check(BoxSpace(DType::kFloat64, {2}),
                    {absl::string_view(bytes).substr(1)}),
              StatusIs(kInvalid, HasSubstr("element 1 is NaN")));
}

}  // namespace
}  // namespace rlmesh
