// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/float16.h"

#include <cmath>
#include <cstring>

namespace rlmesh {
namespace {

// `value` without its last `drop` bits, rounded to nearest, ties to even.
uint64_t RoundedShift(uint64_t value, int drop) {
  const uint64_t kept = value >> drop;
  const uint64_t rest = value & ((uint64_t{1} << drop) - 1);
  const uint64_t half = uint64_t{1} << (drop - 1);
  return kept + (rest > half || (rest == half && (kept & 1) != 0));
}

}  // namespace

float ToFloat(Float16 half) {
  const int exponent = (half.bits >> 10) & 0x1f;
  const int mantissa = half.bits & 0x3ff;
  float magnitude;
  if (exponent == 0x1f) {
    magnitude = mantissa == 0 ? INFINITY : NAN;
  } else if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(mantissa), -24);
  } else {
    magnitude = std::ldexp(static_cast<float>(mantissa + 0x400), exponent - 25);
  }
  return (half.bits & 0x8000) != 0 ? -magnitude : magnitude;
}

Float16 ToFloat16(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  const uint64_t sign = (bits >> 63) << 15;
  const int exponent = static_cast<int>((bits >> 52) & 0x7ff) - 1023;
  const uint64_t mantissa = bits & ((uint64_t{1} << 52) - 1);
  uint64_t magnitude;
  if (std::isnan(value)) {
    magnitude = 0x7e00;
  } else if (exponent >= 16) {
    magnitude = 0x7c00;
  } else if (exponent >= -14) {
    // A carry out of the mantissa is a correct step of the exponent.
    magnitude = (static_cast<uint64_t>(exponent + 15) << 10) +
                RoundedShift(mantissa, 42);
  } else if (exponent >= -25) {
    magnitude = RoundedShift(mantissa | (uint64_t{1} << 52), 28 - exponent);
  } else {
    magnitude = 0;
  }
  return Float16{static_cast<uint16_t>(sign | magnitude)};
}

}  // namespace rlmesh
