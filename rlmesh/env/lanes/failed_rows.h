// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Steps that failed in some of their lanes only.

#ifndef RLMESH_ENV_LANES_FAILED_ROWS_H_
#define RLMESH_ENV_LANES_FAILED_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace rlmesh {

// Says on the error of Environment::Step that only some rows failed: `failed`
// has one byte a row, 1 for those, whose lanes need a reset. The lanes of the
// others have taken the step: their rewards and flags are in the Transition,
// the observation is nobody's. Travels as a payload of the status.
//
// Example:
//   SetFailedRows({0, 1, 0}, &status);
//   ...
//   if (!status.ok()) for (uint8_t failed : FailedRows(status)) ...
void SetFailedRows(absl::Span<const uint8_t> failed, absl::Status* status);

// Empty when the step failed as a whole.
std::vector<uint8_t> FailedRows(const absl::Status& status);

}  // namespace rlmesh

#endif  // RLMESH_ENV_LANES_FAILED_ROWS_H_
