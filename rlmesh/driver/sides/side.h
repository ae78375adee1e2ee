// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Who of the two in a session said something.

#ifndef RLMESH_DRIVER_SIDES_SIDE_H_
#define RLMESH_DRIVER_SIDES_SIDE_H_

#include "absl/status/status.h"

namespace rlmesh {

enum class Side { kNone, kEnvironment, kModel };

// `status` with "environment: " or "model: " before its message; code and
// details stay.
//
// Example:
//   if (!s.ok()) return SaidBy(Side::kModel, s);
absl::Status SaidBy(Side side, const absl::Status& status);

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_SIDES_SIDE_H_
