// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The rules of a valid space.

#ifndef RLMESH_SPACES_SPACE_PARSER_H_
#define RLMESH_SPACES_SPACE_PARSER_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "rlmesh/proto/spaces/v1/spaces.pb.h"
#include "rlmesh/spaces/leaf_spec.h"

namespace rlmesh {

// What a space from outside may ask for. The wire carries messages of at most
// 256 MiB, so no peer can send more than that; the other limits keep a small
// message from costing much memory.
inline constexpr size_t kMaxLaneBytes = size_t{256} << 20;
inline constexpr int kMaxSpaceDepth = 32;      // a lone leaf is 1 deep
inline constexpr int kMaxSpaceNodes = 65536;   // leaves, dicts and tuples
inline constexpr int kMaxRank = 64;            // dimensions of a shape
inline constexpr size_t kMaxPathBytes = 1024;  // "$.arm[1].joint"

// Checks `space`, which came from anywhere, and returns its leaves in order.
// Gives Boxes of rank 0 the shape [1]. InvalidArgument begins with the path:
// "$.camera: [Box] bounds must be set". Called by SpaceSpec::FromProto alone.
absl::StatusOr<std::vector<LeafSpec>> ParseSpaceLeaves(
    spaces::v1::SpaceSpec* space);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_SPACE_PARSER_H_
