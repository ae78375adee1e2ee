// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/space_builder.h"

#include <cstddef>

#include "rlmesh/spaces/element.h"

namespace rlmesh {
namespace {

void AppendElement(DType dtype, double value, std::string* out) {
  VisitDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    T element;
    if constexpr (std::is_same<T, Float16>::value) {
      element = ToFloat16(value);
    } else {
      element = static_cast<T>(value);
    }
    out->append(reinterpret_cast<const char*>(&element), sizeof(element));
  });
}

SpaceProto Shaped(DType dtype, absl::Span<const int64_t> shape) {
  SpaceProto space;
  space.set_dtype(static_cast<spaces::v1::DataType>(dtype));
  space.mutable_shape()->Assign(shape.begin(), shape.end());
  return space;
}

}  // namespace

SpaceProto BoxSpace(DType dtype, absl::Span<const int64_t> shape) {
  SpaceProto space = Shaped(dtype, shape);
  space.mutable_box()->set_unbounded(true);
  return space;
}

SpaceProto BoxSpace(DType dtype, absl::Span<const int64_t> shape, double low,
                    double high) {
  SpaceProto space = Shaped(dtype, shape);
  spaces::v1::UniformBounds* bounds = space.mutable_box()->mutable_uniform();
  AppendElement(dtype, low, bounds->mutable_low());
  AppendElement(dtype, high, bounds->mutable_high());
  return space;
}

SpaceProto BoxSpace(DType dtype, absl::Span<const int64_t> shape,
                    absl::Span<const double> low,
                    absl::Span<const double> high) {
  SpaceProto space = Shaped(dtype, shape);
  spaces::v1::ElementwiseBounds* bounds =
      space.mutable_box()->mutable_elementwise();
  for (double bound : low) AppendElement(dtype, bound, bounds->mutable_low());
  for (double bound : high) AppendElement(dtype, bound, bounds->mutable_high());
  return space;
}

SpaceProto DiscreteSpace(int64_t n, int64_t start, DType dtype) {
  SpaceProto space = Shaped(dtype, {});
  space.mutable_discrete()->set_n(n);
  space.mutable_discrete()->set_start(start);
  return space;
}

SpaceProto MultiBinarySpace(absl::Span<const int64_t> shape) {
  SpaceProto space = Shaped(DType::kUint8, shape);
  space.mutable_multi_binary();
  return space;
}

SpaceProto MultiDiscreteSpace(absl::Span<const int64_t> shape,
                              absl::Span<const int64_t> nvec, DType dtype) {
  SpaceProto space = Shaped(dtype, shape);
  space.mutable_multi_discrete()->mutable_nvec()->Assign(nvec.begin(),
                                                         nvec.end());
  return space;
}

SpaceProto TextSpace(int64_t min_length, int64_t max_length,
                     absl::string_view charset) {
  SpaceProto space = Shaped(DType::kUint8, {});
  space.mutable_text()->set_min_length(min_length);
  space.mutable_text()->set_max_length(max_length);
  space.mutable_text()->set_charset(std::string(charset));
  return space;
}

SpaceProto DictSpace(
    const std::vector<std::pair<std::string, SpaceProto>>& children) {
  SpaceProto space;
  spaces::v1::DictSpec* dict = space.mutable_dict();
  for (const auto& child : children) {
    dict->add_keys(child.first);
    *dict->add_spaces() = child.second;
  }
  return space;
}

SpaceProto TupleSpace(const std::vector<SpaceProto>& children) {
  SpaceProto space;
  spaces::v1::TupleSpec* tuple = space.mutable_tuple();
  for (const SpaceProto& child : children) *tuple->add_spaces() = child;
  return space;
}

}  // namespace rlmesh
