// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The shape of observations and actions, checked.

#ifndef RLMESH_SPACES_SPACE_SPEC_H_
#define RLMESH_SPACES_SPACE_SPEC_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rlmesh/proto/spaces/v1/spaces.pb.h"
#include "rlmesh/spaces/leaf_spec.h"

namespace rlmesh {

// A validated space. Code that holds one never checks it again: every rule of
// spec section 7 holds (shapes positive, bounds ordered and typed, domains that
// fit their dtype, unique keys, at most 32 levels, sizes that fit in memory).
//
// Value type: cheap to copy, immutable, safe to share between threads.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(SpaceSpec spec, SpaceSpec::FromProto(proto));
//   for (const LeafSpec& leaf : spec.leaves()) { ... }
class SpaceSpec {
 public:
  // The empty tuple: no leaves.
  SpaceSpec();

  // Checks a space from anywhere. InvalidArgument names the path and the value
  // that is wrong. A Box of rank 0 is read as one element of shape [1].
  static absl::StatusOr<SpaceSpec> FromProto(
      const spaces::v1::SpaceSpec& proto);

  // The space as it was given (with rank-0 boxes written as shape [1]).
  const spaces::v1::SpaceSpec& proto() const;

  // Depth first: a Dict's children in the order of its keys, a Tuple's by
  // index.
  absl::Span<const LeafSpec> leaves() const;

  // Whether every leaf has a fixed size (there is no Text).
  bool is_fixed_size() const;

  // Bytes of all leaves of one lane without Text, whose size varies.
  size_t lane_bytes() const;

  // The least that one lane takes: lane_bytes() and the shortest texts.
  size_t min_lane_bytes() const;

  // Same structure, types, bounds and domains.
  friend bool operator==(const SpaceSpec& a, const SpaceSpec& b);
  friend bool operator!=(const SpaceSpec& a, const SpaceSpec& b) {
    return !(a == b);
  }

  // "Dict(camera: Box(0, 255, [84,84,3], uint8), mode: Discrete(3))"
  std::string ToString() const;

 private:
  struct Rep;
  explicit SpaceSpec(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}
  std::shared_ptr<const Rep> rep_;
};

}  // namespace rlmesh

#endif  // RLMESH_SPACES_SPACE_SPEC_H_
