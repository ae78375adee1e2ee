// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/inline_bound.h"

#include <algorithm>
#include <cstddef>

namespace rlmesh {

bool FitsInline(const EnvContract& contract) {
  constexpr size_t kMostLanes = 1024;
  constexpr size_t kMostBytes = size_t{1} << 20;
  const size_t lanes = std::max(contract.num_envs, 1);
  const size_t lane_bytes = contract.observation_space.min_lane_bytes() +
                            contract.action_space.min_lane_bytes();
  return lanes <= kMostLanes && lane_bytes <= kMostBytes / lanes;
}

}  // namespace rlmesh
