// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Single lanes of values.

#ifndef RLMESH_SPACES_VALUE_ROWS_H_
#define RLMESH_SPACES_VALUE_ROWS_H_

#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// Makes `*row` lane `lane` of `value`, which has the leaves of `spec` over
// `lanes` lanes with the lengths that belong to that; what the bytes mean is
// not looked at. Allocates nothing once `*row` has seen the space (Text aside).
//
// Example:
//   ValueBuffer action;
//   CopyRow(spec, actions, /*lanes=*/4, /*lane=*/2, &action);
//   env.Step({action.view()}, &transition);
void CopyRow(const SpaceSpec& spec, ValueView value, int lanes, int lane,
             ValueBuffer* row);

// Makes lane `to_lane` of `*to` what lane `lane` of `value` is. `*to` is a
// value of `spec` (ValueBuffer::Reset) with that lane and does not own `value`,
// whose leaves have the lengths that belong to its lanes. Allocates nothing,
// texts aside.
//
// Example:
//   ValueBuffer pair(spec, /*lanes=*/2);
//   PutRow(spec, observations, /*lane=*/3, /*to_lane=*/0, &pair);
void PutRow(const SpaceSpec& spec, ValueView value, int lane, int to_lane,
            ValueBuffer* to);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_VALUE_ROWS_H_
