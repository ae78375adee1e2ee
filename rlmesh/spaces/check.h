// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The door for values from outside.

#ifndef RLMESH_SPACES_CHECK_H_
#define RLMESH_SPACES_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// A value that deviates from its space in a way that is delivered all the same:
// a Box out of its bounds, a Text of the wrong length or with other characters.
struct Deviation {
  std::string path;    // "$.camera"
  std::string detail;  // "Box value at element 3 is 1.5, above 1"
};

// What to do about deviations (RLMESH_VALIDATION_POLICY).
enum class ValidationPolicy { kWarn, kStrict, kOff };

// Whether `value` is one of `spec` over `lanes` lanes: number of leaves, exact
// lengths, Text headers and UTF-8, domains, no NaN in a Box. What deviates only
// in range is appended to `deviations` (at most one a leaf; may be null) under
// kWarn, an error under kStrict, and not looked at under kOff. A bool or
// MultiBinary byte above 1, which readers take for 1, is such a deviation.
//
// InvalidArgument, with texts that begin as those of the wire's reference
// implementation: "length mismatch: slab: got 3 bytes, expected 1 lanes * 8",
// "$: value 3 not in range [0, 3)", "$: Box value at element 0 is NaN".
// One pass over the bytes; allocates only to report.
absl::Status CheckValue(const SpaceSpec& spec, ValueView value, int lanes,
                        ValidationPolicy policy,
                        std::vector<Deviation>* deviations);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_CHECK_H_
