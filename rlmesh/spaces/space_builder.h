// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Spaces written down in C++.

#ifndef RLMESH_SPACES_SPACE_BUILDER_H_
#define RLMESH_SPACES_SPACE_BUILDER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rlmesh/proto/spaces/v1/spaces.pb.h"
#include "rlmesh/spaces/dtype.h"

namespace rlmesh {

// For native environments and tests: each function returns the message of one
// space, in the form that peers write. Nothing is checked here; that is what
// SpaceSpec::FromProto is for. Bounds are rounded to the nearest element
// (64-bit bounds beyond 2^53 need the message itself).
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(
//       SpaceSpec spec,
//       SpaceSpec::FromProto(DictSpace({{"camera", BoxSpace(DType::kUint8,
//                                                  {84, 84, 3}, 0, 255)},
//                                       {"mode", DiscreteSpace(3)}})));
using SpaceProto = spaces::v1::SpaceSpec;

SpaceProto BoxSpace(DType dtype, absl::Span<const int64_t> shape);  // unbounded
SpaceProto BoxSpace(DType dtype, absl::Span<const int64_t> shape, double low,
                    double high);
// Row-major bounds, one for each element.
SpaceProto BoxSpace(DType dtype, absl::Span<const int64_t> shape,
                    absl::Span<const double> low,
                    absl::Span<const double> high);
SpaceProto DiscreteSpace(int64_t n, int64_t start = 0,
                         DType dtype = DType::kInt64);
SpaceProto MultiBinarySpace(absl::Span<const int64_t> shape);
SpaceProto MultiDiscreteSpace(absl::Span<const int64_t> shape,
                              absl::Span<const int64_t> nvec,
                              DType dtype = DType::kInt64);
SpaceProto TextSpace(int64_t min_length, int64_t max_length,
                     absl::string_view charset = "");
// Keys in the order given; Gymnasium sorts them.
SpaceProto DictSpace(
    const std::vector<std::pair<std::string, SpaceProto>>& children);
SpaceProto TupleSpace(const std::vector<SpaceProto>& children);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_SPACE_BUILDER_H_
