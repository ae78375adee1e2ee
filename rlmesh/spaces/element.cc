// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/element.h"

#include <charconv>
#include <type_traits>

namespace rlmesh {
namespace {

template <typename T>
std::string Format(T value) {
  char text[32];
  const std::to_chars_result result =
      std::to_chars(text, text + sizeof(text), value);
  return std::string(text, result.ptr);
}
std::string Format(Float16 value) { return Format(ToFloat(value)); }

}  // namespace

std::string FormatElement(DType dtype, const void* from) {
  return VisitDType(dtype, [from](auto zero) {
    return Format(LoadElement<decltype(zero)>(from));
  });
}

}  // namespace rlmesh
