// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// An environment that does as a test says.

#ifndef RLMESH_ENV_TESTING_FAKE_ENVIRONMENT_H_
#define RLMESH_ENV_TESTING_FAKE_ENVIRONMENT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// One lane; actions Discrete(4), observations Discrete(1000000): the number of
// steps since the reset. Every step gives `reward`; the last of `episode_steps`
// ends the episode. The functions, where set, run first and their errors are
// returned. Set members before use; not thread-safe but for Cancel.
//
// Example:
//   FakeEnvironment env;
//   env.on_step = [&] { return absl::UnavailableError("gone"); };
class FakeEnvironment : public Environment {
 public:
  FakeEnvironment();

  int episode_steps = 5;
  double reward = 1;
  bool terminates = true;  // else truncates
  MetaBytes final_infos;
  std::function<absl::Status()> on_reset;
  std::function<absl::Status()> on_step;
  std::function<void()> on_cancel;
  EnvContract fake_contract;

  // What was asked for. A reset without a seed is -1.
  std::vector<int64_t> seeds;
  std::vector<std::string> episode_ids;  // of resets
  std::vector<std::string> options;      // of resets; empty: none
  std::vector<int64_t> actions;
  std::vector<std::string> step_episode_ids;
  std::vector<absl::Duration> reset_timeouts;
  std::vector<absl::Duration> step_timeouts;

  const EnvContract& contract() const override { return fake_contract; }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override;
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override;
  absl::Status Render(const RenderRequest& request, Frame* frame) override;
  void Cancel() override;
  absl::Status Close() override;

 private:
  void Observe(Observation* observation);

  ValueBuffer observation_;
  int64_t step_ = 0;
  double reward_ = 0;
  uint8_t terminated_ = 0;
  uint8_t truncated_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_TESTING_FAKE_ENVIRONMENT_H_
