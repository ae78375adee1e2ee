// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Values that people write.

#ifndef RLMESH_ADAPTERS_PARSE_VALUE_H_
#define RLMESH_ADAPTERS_PARSE_VALUE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// Reads one value of `spec` from a JSON text and makes `*out` that value in
// each of `lanes` lanes. For flags (--policy=constant:1, --action=...).
//
//   Discrete       an integer: 1
//   Box            arrays as the shape is, one flat array, or one number for
//   all
//                  elements: [[0, 1], [2, 3]], [0, 1, 2, 3], 0.5
//   MultiBinary    the same, of 0, 1, true, false
//   MultiDiscrete  the same, of integers
//   Text           a string; when the whole value is one, also bare: hello
//   Dict, Tuple    an object with exactly the keys; an array
//
// 2.0 is an integer, 2.5 is not. The value passes CheckValue without deviation:
// InvalidArgument begins with the path, "$.arm: Box value at element 1 is 3,
// above 1", and says what is expected. `*out` is then unspecified.
//
// Example:
//   RLMESH_RETURN_IF_ERROR(ParseValue("[0.5, -1]", spec, 1, &action));
absl::Status ParseValue(absl::string_view text, const SpaceSpec& spec,
                        int lanes, ValueBuffer* out);

}  // namespace rlmesh

#endif  // RLMESH_ADAPTERS_PARSE_VALUE_H_
