// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/dtype.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/element.h"

namespace rlmesh {
namespace {

TEST(DTypeTest, NumbersAreThoseOfTheWire) {
  for (int number = 1; number <= 12; ++number) {
    EXPECT_THAT(DTypeFromNumber(number),
                IsOkAndHolds(static_cast<DType>(number)));
  }
  for (int number : {0, -1, 13, 1 << 30}) {
    EXPECT_THAT(DTypeFromNumber(number),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(DTypeTest, TheTableAgreesWithTheCppTypes) {
  for (int number = 2; number <= 12; ++number) {
    const DType dtype = static_cast<DType>(number);
    VisitDType(dtype, [&](auto zero) {
      using T = decltype(zero);
      EXPECT_EQ(sizeof(T), SizeOf(dtype)) << NameOf(dtype);
      EXPECT_EQ(!std::is_integral<T>::value, IsFloat(dtype)) << NameOf(dtype);
      EXPECT_EQ(!std::is_unsigned<T>::value, IsSigned(dtype)) << NameOf(dtype);
    });
  }
  EXPECT_EQ(SizeOf(DType::kBool), 1u);
  EXPECT_EQ(NameOf(DType::kBool), "bool");
  EXPECT_EQ(NameOf(DType::kFloat64), "float64");
}

template <typename T>
std::string Format(DType dtype, T value) {
  return FormatElement(dtype, &value);
}

TEST(FormatElementTest, ShortestFormThatReadsBack) {
  EXPECT_EQ(Format(DType::kFloat32, 0.1f), "0.1");
  EXPECT_EQ(Format(DType::kFloat64, 0.1), "0.1");
  EXPECT_EQ(Format(DType::kFloat64, double{0.1f}), "0.10000000149011612");
  EXPECT_EQ(Format(DType::kFloat32, 3.0f), "3");
  EXPECT_EQ(Format(DType::kFloat64, std::numeric_limits<double>::lowest()),
            "-1.7976931348623157e+308");
  EXPECT_EQ(Format(DType::kFloat64, -HUGE_VAL), "-inf");
  EXPECT_EQ(Format(DType::kFloat16, ToFloat16(0.5)), "0.5");
  EXPECT_EQ(Format(DType::kUint64, UINT64_MAX), "18446744073709551615");
  EXPECT_EQ(Format(DType::kInt8, int8_t{-128}), "-128");
  EXPECT_EQ(Format(DType::kBool, uint8_t{1}), "1");
}

}  // namespace
}  // namespace rlmesh
