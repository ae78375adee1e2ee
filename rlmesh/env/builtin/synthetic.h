// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// An environment that costs what one asks for.

#ifndef RLMESH_ENV_BUILTIN_SYNTHETIC_H_
#define RLMESH_ENV_BUILTIN_SYNTHETIC_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rlmesh/env/builtin/native_environment.h"

namespace rlmesh {

struct SyntheticOptions {
  // Bytes of an observation, a uint8 Box; 8 to 200 MiB.
  int64_t observation_bytes = 1024;
  // Length of an episode, which ends truncated; 1 or more.
  int64_t episode_steps = 1000;

  absl::Status Validate() const;
};

// For benchmarks and load: does nothing, but shows observations of any size.
// Their first 8 bytes count the steps of the episode, so that a test sees when
// one is lost or repeated; actions are Discrete(2), the reward is the action.
//
// Example:
//   SyntheticEnvironment env({/*observation_bytes=*/150528});
class SyntheticEnvironment : public NativeEnvironment {
 public:
  // `options` are valid.
  explicit SyntheticEnvironment(const SyntheticOptions& options);

  static EnvContract Contract(const SyntheticOptions& options);

 protected:
  absl::Status OnReset(const Episode& episode,
                       ValueBuffer* observation) override;
  void OnStep(ValueView action, ValueBuffer* observation,
              Outcome* outcome) override;

 private:
  void Write(ValueBuffer* observation) const;

  const SyntheticOptions options_;
  int64_t steps_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_BUILTIN_SYNTHETIC_H_
