// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Our messages against the bytes of a released peer (testdata/README.md).

#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/proto/spaces/v1/value.pb.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/spaces/space_builder.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {
namespace {

struct Example {
  int lanes = 0;
  std::string spec;  // "-" when not captured
  std::string value;
};

const std::map<int, Example>& Examples() {
  static const auto* const kExamples = [] {
    auto* examples = new std::map<int, Example>;
    std::ifstream file("rlmesh/spaces/testdata/values.txt");
    std::string line;
    while (std::getline(file, line)) {
      if (line.empty() || line[0] == '#') continue;
      const std::vector<std::string> columns = absl::StrSplit(line, '|');
      const auto column = [&](int i) {
        return std::string(absl::StripAsciiWhitespace(columns[i]));
      };
      Example& example = (*examples)[std::stoi(column(0))];
      example.lanes = std::stoi(column(1));
      example.spec = column(2) == "-" ? "-" : absl::HexStringToBytes(column(2));
      example.value = absl::HexStringToBytes(column(3));
    }
    return examples;
  }();
  return *kExamples;
}

// The spaces of the examples, written with our own builder.
SpaceProto SpaceOfExample(int number) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  switch (number) {
    case 1:
      return BoxSpace(DType::kFloat32, {2, 3}, -1, 1);
    case 2:
      return BoxSpace(DType::kFloat32, {2});
    case 3:
      return BoxSpace(DType::kFloat64, {2}, 0, kInf);
    case 4:
      return BoxSpace(DType::kInt64, {1}, -5, 4611686018427387904.0);
    case 5:
      return BoxSpace(DType::kFloat32, {2}, {0, 1}, {2, 3});
    case 6:
      return BoxSpace(DType::kBool, {3}, 0, 1);
    case 7:
      return BoxSpace(DType::kUint16, {2}, 0, 65535);
    case 8:
      return DiscreteSpace(5, -2);
    case 9:
      return MultiBinarySpace({2, 2});
    case 10:
      return MultiDiscreteSpace({2, 2}, {3, 5, 2, 300});
    case 11:
      return TextSpace(2, 8, "abc\xc3\xa9");
    case 12:
      return TupleSpace({DiscreteSpace(4), TextSpace(1, 5)});
    case 13:
      return DictSpace(
          {{"a", DictSpace({{"x", MultiBinarySpace({2})},
                            {"y", BoxSpace(DType::kUint8, {2}, 0, 255)}})},
           {"b", DiscreteSpace(3)}});
    case 14:
      return DictSpace({});
    case 15:
      return DictSpace({{"d", DiscreteSpace(9)}, {"t", TextSpace(1, 8)}});
    case 16:
      return DictSpace(
          {{"alpha", TupleSpace({DiscreteSpace(4), MultiBinarySpace({3}),
                                 TextSpace(1, 8)})},
           {"b64", BoxSpace(DType::kFloat64, {2})},
           {"f16", BoxSpace(DType::kFloat16, {1})},
           {"md", MultiDiscreteSpace({2}, {3, 5})},
           {"zeta", BoxSpace(DType::kUint8, {2, 2, 3})}});
    default:
      return DiscreteSpace(3);
  }
}

template <typename T>
void Fill(ValueBuffer* value, size_t leaf, const std::vector<T>& elements) {
  for (size_t i = 0; i < elements.size(); ++i) {
    value->Set<T>(leaf, i, elements[i]);
  }
}

// The values of the examples, written through ValueBuffer.
void FillExample(int number, ValueBuffer* value) {
  switch (number) {
    case 1:
      return Fill<float>(value, 0, {0.0f, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f});
    case 2:
    case 5:
      return Fill<float>(value, 0, {1, 2});
    case 3:
      return Fill<double>(value, 0, {1, 2});
    case 4:
      return Fill<int64_t>(value, 0, {(int64_t{1} << 53) + 1});
    case 6:
      return Fill<uint8_t>(value, 0, {1, 0, 1});
    case 7:
      return Fill<uint16_t>(value, 0, {1, 65535});
    case 8:
      return Fill<int64_t>(value, 0, {-1});
    case 9:
      return Fill<uint8_t>(value, 0, {1, 0, 0, 1});
    case 10:
      return Fill<int64_t>(value, 0, {2, 4, 1, 299});
    case 11:
      return value->SetText(0, {"ab\xc3\xa9"});
    case 12:
      Fill<int64_t>(value, 0, {2});
      return value->SetText(1, {"Hi"});
    case 13:
      Fill<uint8_t>(value, 0, {0, 1});
      Fill<uint8_t>(value, 1, {7, 9});
      return Fill<int64_t>(value, 2, {1});
    case 14:
      return;
    case 15:
      Fill<int64_t>(value, 0, {1, 2});
      return value->SetText(1, {"hi", "\xc3\xa9"});
    case 16:
      Fill<int64_t>(value, 0, {2});
      Fill<uint8_t>(value, 1, {1, 0, 1});
      value->SetText(2, {"h\xc3\xa9!"});
      Fill<double>(value, 3, {0.5, -1.5});
      Fill<uint16_t>(value, 4, {ToFloat16(0.5).bits});
      Fill<int64_t>(value, 5, {2, 4});
      return Fill<uint8_t>(value, 6, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    default:
      return Fill<int64_t>(value, 0, {1, 2});
  }
}

spaces::v1::SpaceValue ToMessage(ValueView value) {
  spaces::v1::SpaceValue message;
  for (absl::string_view leaf : value.leaves()) {
    message.add_leaves(std::string(leaf));
  }
  return message;
}

class GoldenTest : public ::testing::TestWithParam<int> {
 protected:
  const Example& example() const { return Examples().at(GetParam()); }
};

TEST_P(GoldenTest, SpaceHasTheBytesOfThePeer) {
  if (example().spec == "-") GTEST_SKIP() << "the space was not captured";
  spaces::v1::SpaceSpec theirs;
  ASSERT_TRUE(theirs.ParseFromString(example().spec));
  EXPECT_EQ(absl::BytesToHexString(theirs.SerializeAsString()),
            absl::BytesToHexString(example().spec));
  EXPECT_EQ(
      absl::BytesToHexString(SpaceOfExample(GetParam()).SerializeAsString()),
      absl::BytesToHexString(example().spec));
  // Nor does the check change it.
  const absl::StatusOr<SpaceSpec> spec = SpaceSpec::FromProto(theirs);
  RLMESH_ASSERT_OK(spec);
  EXPECT_EQ(spec->proto().SerializeAsString(), example().spec);
}

TEST_P(GoldenTest, ValueHasTheBytesOfThePeer) {
  const SpaceSpec spec =
      SpaceSpec::FromProto(SpaceOfExample(GetParam())).value();
  ValueBuffer value(spec, example().lanes);
  FillExample(GetParam(), &value);
  EXPECT_EQ(absl::BytesToHexString(ToMessage(value.view()).SerializeAsString()),
            absl::BytesToHexString(example().value));
}

TEST_P(GoldenTest, ValueOfThePeerIsOneOfItsSpace) {
  spaces::v1::SpaceValue theirs;
  ASSERT_TRUE(theirs.ParseFromString(example().value));
  const std::vector<absl::string_view> leaves(theirs.leaves().begin(),
                                              theirs.leaves().end());
  RLMESH_EXPECT_OK(CheckValue(
      SpaceSpec::FromProto(SpaceOfExample(GetParam())).value(),
      ValueView(leaves), example().lanes, ValidationPolicy::kStrict, nullptr));
}

INSTANTIATE_TEST_SUITE_P(Examples, GoldenTest, ::testing::Range(1, 18));

TEST(GoldenValueTest, MessageOfNoSpace) {
  const std::vector<absl::string_view> leaves = {"\1\2\3", "\4\5"};
  EXPECT_EQ(ToMessage(ValueView(leaves)).SerializeAsString(),
            Examples().at(18).value);
}

}  // namespace
}  // namespace rlmesh
