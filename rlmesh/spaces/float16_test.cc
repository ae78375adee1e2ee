// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/float16.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(Float16Test, EveryHalfSurvivesARoundTrip) {
  for (int bits = 0; bits < 65536; ++bits) {
    const Float16 half{static_cast<uint16_t>(bits)};
    const float value = ToFloat(half);
    ASSERT_EQ(std::isnan(value), IsNan(half)) << bits;
    if (!IsNan(half)) {
      ASSERT_EQ(ToFloat16(value).bits, bits);
    }
  }
  EXPECT_TRUE(IsNan(ToFloat16(std::nan(""))));
}

TEST(Float16Test, KnownValues) {
  EXPECT_EQ(ToFloat16(0.5).bits, 0x3800);
  EXPECT_EQ(ToFloat16(-2).bits, 0xc000);
  EXPECT_EQ(ToFloat16(65504).bits, 0x7bff);
  EXPECT_EQ(ToFloat(Float16{0x0001}), std::ldexp(1.0f, -24));
  EXPECT_EQ(ToFloat16(std::numeric_limits<double>::infinity()).bits, 0x7c00);
}

TEST(Float16Test, RoundsToNearestEvenBetweenNeighbours) {
  for (int bits = 0; bits < 0x7bff; ++bits) {
    const double low = ToFloat(Float16{static_cast<uint16_t>(bits)});
    const double high = ToFloat(Float16{static_cast<uint16_t>(bits + 1)});
    const double middle = (low + high) / 2;  // exact in double
    ASSERT_EQ(ToFloat16(std::nextafter(middle, low)).bits, bits);
    ASSERT_EQ(ToFloat16(middle).bits, bits % 2 == 0 ? bits : bits + 1);
    ASSERT_EQ(ToFloat16(std::nextafter(middle, high)).bits, bits + 1);
    ASSERT_EQ(ToFloat16(-middle).bits, 0x8000 | ToFloat16(middle).bits);
  }
  EXPECT_EQ(ToFloat16(std::nextafter(65520.0, 0)).bits, 0x7bff);
  EXPECT_EQ(ToFloat16(65520).bits, 0x7c00);
  EXPECT_EQ(ToFloat16(1e300).bits, 0x7c00);
  EXPECT_EQ(ToFloat16(1e-300).bits, 0);
}

TEST(Float16Test, OrderIsThatOfTheValues) {
  EXPECT_EQ(OrderOf(Float16{0x8000}), OrderOf(Float16{0}));
  for (int a = 0; a < 65536; a += 37) {
    for (int b = 0; b < 65536; b += 41) {
      const Float16 x{static_cast<uint16_t>(a)}, y{static_cast<uint16_t>(b)};
      if (IsNan(x) || IsNan(y)) continue;
      ASSERT_EQ(OrderOf(x) < OrderOf(y), ToFloat(x) < ToFloat(y));
    }
  }
}

}  // namespace
}  // namespace rlmesh
