// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Telling environments which trial an episode is (wire spec 5.9).

#ifndef RLMESH_DRIVER_SIDES_TRIALS_H_
#define RLMESH_DRIVER_SIDES_TRIALS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {

// Whether an environment's metadata says that it wants to know.
bool WantsTrials(const EnvContract& contract);

// The options of a reset of lanes that are these trials, in their order.
MetaBytes TrialOptions(absl::Span<const int64_t> trials);

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_SIDES_TRIALS_H_
