// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// IEEE 754 binary16, which C++17 does not have.

#ifndef RLMESH_SPACES_FLOAT16_H_
#define RLMESH_SPACES_FLOAT16_H_

#include <cstdint>

namespace rlmesh {

// The bits of a half-precision number, as they stand in a leaf. For storage and
// comparison only: there is no arithmetic.
//
// Example:
//   Float16 half = ToFloat16(0.5);  // bits 0x3800
//   float x = ToFloat(half);
struct Float16 {
  uint16_t bits = 0;
};

// Exact.
float ToFloat(Float16 half);

// The nearest half, ties to even, rounded once; infinite from 65520 on.
Float16 ToFloat16(double value);

inline bool IsNan(Float16 half) { return (half.bits & 0x7fff) > 0x7c00; }

// Orders halves that are not NaN as their values are ordered; both zeros are
// equal.
inline int OrderOf(Float16 half) {
  const int magnitude = half.bits & 0x7fff;
  return (half.bits & 0x8000) != 0 ? -magnitude : magnitude;
}

}  // namespace rlmesh

#endif  // RLMESH_SPACES_FLOAT16_H_
