// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Element types of leaves.

#ifndef RLMESH_SPACES_DTYPE_H_
#define RLMESH_SPACES_DTYPE_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// The numbers are those of rlmesh.spaces.v1.DataType.
enum class DType {
  kBool = 1,  // one byte, 0 or 1
  kUint8 = 2,
  kUint16 = 3,
  kUint32 = 4,
  kUint64 = 5,
  kInt8 = 6,
  kInt16 = 7,
  kInt32 = 8,
  kInt64 = 9,
  kFloat16 = 10,  // IEEE 754 binary16
  kFloat32 = 11,
  kFloat64 = 12,
};

// Bytes of one element: 1, 2, 4 or 8.
size_t SizeOf(DType dtype);

// NumPy's name: "bool", "uint8", ..., "float64".
absl::string_view NameOf(DType dtype);

bool IsFloat(DType dtype);
bool IsSigned(DType dtype);  // signed integers and floats

// The DType of a number from the wire; InvalidArgument names the number.
absl::StatusOr<DType> DTypeFromNumber(int number);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_DTYPE_H_
