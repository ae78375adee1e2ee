// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What well-known environments need beside Gymnasium.

#ifndef RLMESH_LAUNCH_ENV_FAMILY_H_
#define RLMESH_LAUNCH_ENV_FAMILY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rlmesh {

// Packages to install and modules to import for an environment.
struct EnvNeeds {
  std::vector<std::string> packages;
  std::vector<std::string> imports;
};

// What `env_id` needs, as far as its name tells: gymnasium and numpy always,
// ale-py for ALE/Pong-v5, gymnasium[mujoco] for Ant-v5 and so on. Pure.
//
// Example:
//   NeedsOf("ALE/Pong-v5").imports;  // {"ale_py"}
EnvNeeds NeedsOf(absl::string_view env_id);

// `chosen`, and of `needed` those whose project `chosen` does not name: a user
// who asks for numpy==1.26.4 gets that.
std::vector<std::string> MergeRequirements(
    const std::vector<std::string>& chosen,
    const std::vector<std::string>& needed);

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_ENV_FAMILY_H_
