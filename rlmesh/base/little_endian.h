// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Little-endian integers in byte buffers of any alignment, on any machine.
//
// Example:
//   char bytes[8];
//   StoreLittleEndian<uint64_t>(7, bytes);
//   LoadLittleEndian<uint64_t>(bytes);  // 7

#ifndef RLMESH_BASE_LITTLE_ENDIAN_H_
#define RLMESH_BASE_LITTLE_ENDIAN_H_

#include <cstddef>
#include <type_traits>

namespace rlmesh {

// Reads a T from the sizeof(T) bytes at `from`.
template <typename T>
T LoadLittleEndian(const char* from) {
  static_assert(std::is_unsigned<T>::value, "T is an unsigned integer");
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<unsigned char>(from[i])) << (8 * i);
  }
  return value;
}

// Writes `value` to the sizeof(T) bytes at `to`.
template <typename T>
void StoreLittleEndian(T value, char* to) {
  static_assert(std::is_unsigned<T>::value, "T is an unsigned integer");
  for (size_t i = 0; i < sizeof(T); ++i) {
    to[i] = static_cast<char>(value >> (8 * i));
  }
}

}  // namespace rlmesh

#endif  // RLMESH_BASE_LITTLE_ENDIAN_H_
