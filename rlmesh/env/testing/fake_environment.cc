// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/testing/fake_environment.h"

#include <cstring>

#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/testing/discrete_space.h"

namespace rlmesh {

FakeEnvironment::FakeEnvironment() {
  fake_contract.id = "Fake-v0";
  fake_contract.action_space = DiscreteSpace(4);
  fake_contract.observation_space = DiscreteSpace(1000000);
  observation_.Reset(fake_contract.observation_space, /*lanes=*/1);
}

void FakeEnvironment::Observe(Observation* observation) {
  observation_.Set<int64_t>(0, 0, step_);
  observation->value = observation_.view();
  observation->infos = absl::string_view();
  observation->has_infos = true;
}

absl::Status FakeEnvironment::Reset(const ResetRequest& request,
                                    Observation* observation) {
  seeds.push_back(request.seeds.empty() ? -1 : request.seeds[0]);
  for (const std::string& id : request.episode_ids) episode_ids.push_back(id);
  options.emplace_back(request.options);
  reset_timeouts.push_back(request.timeout);
  if (on_reset) RLMESH_RETURN_IF_ERROR(on_reset());
  step_ = 0;
  Observe(observation);
  return absl::OkStatus();
}

absl::Status FakeEnvironment::Step(const StepRequest& request,
                                   Transition* transition) {
  int64_t action;
  std::memcpy(&action, request.actions.leaf(0).data(), sizeof(action));
  actions.push_back(action);
  for (const std::string& id : request.episode_ids) {
    step_episode_ids.push_back(id);
  }
  step_timeouts.push_back(request.timeout);
  if (on_step) RLMESH_RETURN_IF_ERROR(on_step());
  ++step_;
  const bool done = step_ >= episode_steps;
  reward_ = reward;
  terminated_ = done && terminates;
  truncated_ = done && !terminates;
  Observe(&transition->observation);
  if (done) transition->observation.infos = final_infos;
  transition->rewards = absl::MakeConstSpan(&reward_, 1);
  transition->terminated = absl::MakeConstSpan(&terminated_, 1);
  transition->truncated = absl::MakeConstSpan(&truncated_, 1);
  return absl::OkStatus();
}

absl::Status FakeEnvironment::Render(const RenderRequest& /*request*/,
                                     Frame* frame) {
  frame->png.clear();
  return absl::OkStatus();
}

void FakeEnvironment::Cancel() {
  if (on_cancel) on_cancel();
}

absl::Status FakeEnvironment::Close() { return absl::OkStatus(); }

}  // namespace rlmesh
