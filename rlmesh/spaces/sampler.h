// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Random values of a space.

#ifndef RLMESH_SPACES_SAMPLER_H_
#define RLMESH_SPACES_SAMPLER_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "rlmesh/base/random.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// Draws valid values: uniform over finite domains; a Box element is uniform
// between two finite bounds, exponential beyond one, standard normal without
// (as Gymnasium's own sampling; integers are rounded down, and exponential when
// unsigned). A Text has at most 255 characters more than it must, of its
// charset, else letters and digits. Every draw passes CheckValue without
// deviation. The same `random` gives the same bytes in every release.
//
// `out` must be a value of `spec` (or any: it is reset when it is not) and
// keeps its memory. Lane `lane` of `lanes` is written; others stay as they are,
// which costs a look at every lane where there are texts: draw many lanes with
// SampleLanes, and call it too when a stranger chose the space.
//
// Example:
//   ValueBuffer action(spec, 1);
//   SampleLane(spec, /*lane=*/0, /*lanes=*/1, &random, &action);
void SampleLane(const SpaceSpec& spec, int lane, int lanes, Random* random,
                ValueBuffer* out);

// Draws all lanes, lane k from `randoms[k]`: the same bytes as SampleLane draws
// lane by lane, in time that grows with their number alone. The randoms must be
// different objects. InvalidArgument, with nothing drawn, when the lanes could
// take more than kMaxLaneBytes together (MaxSampleBytes).
//
// Example:
//   RLMESH_RETURN_IF_ERROR(SampleLanes(spec, {&first, &second}, &actions));
absl::Status SampleLanes(const SpaceSpec& spec,
                         absl::Span<Random* const> randoms, ValueBuffer* out);

// The most that one drawn lane takes, with its share of the headers of texts.
size_t MaxSampleBytes(const SpaceSpec& spec);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_SAMPLER_H_
