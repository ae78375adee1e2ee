// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Lanes that do as a test says.

#ifndef RLMESH_ENV_TESTING_FAKE_LANES_H_
#define RLMESH_ENV_TESTING_FAKE_LANES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/lanes/vector_environment.h"
#include "rlmesh/env/testing/fake_environment.h"
#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {

// FakeEnvironments as lanes: an episode of seed s has s % 7 + 1 steps, each
// with a reward of s, one without a seed 3 steps with a reward of -1000. With
// `takes_lanes` false, calls that name lanes are refused, as by vector
// environments that move all of them. Set members before use; not thread-safe.
//
// Example:
//   FakeLanes env(4, AutoresetMode::kNextStep, /*takes_lanes=*/false);
//   env.on_step = [&] { return absl::UnavailableError("gone"); };
class FakeLanes : public Environment {
 public:
  FakeLanes(int lanes, AutoresetMode autoreset, bool takes_lanes);

  // Run first, where set; their errors are returned.
  std::function<absl::Status()> on_reset;
  std::function<absl::Status()> on_step;

  // What was asked for: "reset 7,8,9", "reset 2:15" where lanes were named,
  // "step", "step 0,2".
  std::vector<std::string> calls;

  FakeEnvironment& lane(int i) { return *lanes_[i]; }

  const EnvContract& contract() const override { return contract_; }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override;
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override;
  absl::Status Render(const RenderRequest& request, Frame* frame) override;
  absl::Status Close() override { return vector_->Close(); }
  bool takes_lanes() const override { return takes_lanes_; }

  // Of contract().
  EnvContract& fake_contract() { return contract_; }

 private:
  absl::Status CheckLanes(absl::Span<const uint32_t> lanes) const;

  const bool takes_lanes_;
  std::vector<FakeEnvironment*> lanes_;  // of vector_
  std::unique_ptr<VectorEnvironment> vector_;
  EnvContract contract_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_TESTING_FAKE_LANES_H_
