// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What an environment promises: its spaces, lanes and habits.

#ifndef RLMESH_SPACES_ENV_CONTRACT_H_
#define RLMESH_SPACES_ENV_CONTRACT_H_

#include <string>

#include "absl/status/statusor.h"
#include "rlmesh/proto/core/v1/env_contract.pb.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/spaces/space_spec.h"

namespace rlmesh {

// What happens after an episode ends (spec section 5.5).
enum class AutoresetMode {
  kNextStep =
      1,  // the next step returns the first observation of a new episode
  kSameStep = 2,  // reserved
  kDisabled = 3,  // the lane waits for a reset
};

// The most lanes that an environment may have.
inline constexpr int kMaxLanes = 65536;

// Value type; spaces are those of one lane.
struct EnvContract {
  std::string id;  // "CartPole-v1"
  SpaceSpec action_space;
  SpaceSpec observation_space;
  MetaBytes metadata;
  int num_envs = 1;         // lanes, 1 or more
  std::string render_mode;  // empty: none
  AutoresetMode autoreset_mode = AutoresetMode::kDisabled;

  // Checks a contract from anywhere: spec and both spaces there and valid,
  // known autoreset mode, at most kMaxLanes lanes, values that fit in a
  // message. InvalidArgument says which field.
  static absl::StatusOr<EnvContract> FromProto(
      const core::v1::EnvContract& proto);

  core::v1::EnvContract ToProto() const;
};

}  // namespace rlmesh

#endif  // RLMESH_SPACES_ENV_CONTRACT_H_
