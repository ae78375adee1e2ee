// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Elements of leaves as C++ numbers.
//
// Bytes of a leaf need not be aligned, and are little-endian, as the machines
// are that we build for. Header-only where loops depend on inlining.

#ifndef RLMESH_SPACES_ELEMENT_H_
#define RLMESH_SPACES_ELEMENT_H_

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "rlmesh/spaces/dtype.h"
#include "rlmesh/spaces/float16.h"

namespace rlmesh {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "leaves are read and written without swapping bytes");

// One element, wherever it stands.
template <typename T>
T LoadElement(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}
template <typename T>
void StoreElement(T value, void* to) {
  std::memcpy(to, &value, sizeof(value));
}

// Calls `visit` with a zero of the C++ type of `dtype`: uint8_t for bool (whose
// byte may be anything when it comes from outside), Float16 for float16.
//
// Example:
//   VisitDType(leaf.dtype, [&](auto zero) {
//     using T = decltype(zero);
//     ... LoadElement<T>(p) ...
//   });
template <typename Visit>
auto VisitDType(DType dtype, const Visit& visit) {
  switch (dtype) {
    case DType::kBool:
    case DType::kUint8:
      return visit(uint8_t{0});
    case DType::kUint16:
      return visit(uint16_t{0});
    case DType::kUint32:
      return visit(uint32_t{0});
    case DType::kUint64:
      return visit(uint64_t{0});
    case DType::kInt8:
      return visit(int8_t{0});
    case DType::kInt16:
      return visit(int16_t{0});
    case DType::kInt32:
      return visit(int32_t{0});
    case DType::kInt64:
      return visit(int64_t{0});
    case DType::kFloat16:
      return visit(Float16{});
    case DType::kFloat32:
      return visit(float{0});
    case DType::kFloat64:
      break;
  }
  return visit(double{0});
}

// Something with a built-in order that compares as the elements do.
template <typename T>
T OrderOf(T element) {
  return element;
}

template <typename T>
bool IsNan(T element) {
  return element != element;
}

// As a double; rounds 64-bit integers.
template <typename T>
double ToDouble(T element) {
  return static_cast<double>(element);
}
inline double ToDouble(Float16 element) { return ToFloat(element); }

// The element at `from`, in the shortest decimal form that reads back as the
// same value: "3", "0.1", "-inf". A bool is "0" or "1".
std::string FormatElement(DType dtype, const void* from);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_ELEMENT_H_
