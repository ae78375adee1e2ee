// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/builtin/native_environment.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/check.h"

namespace rlmesh {
namespace {

absl::Status Recoverable(absl::Status status) {
  ErrorDetails details;
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

}  // namespace

NativeEnvironment::NativeEnvironment(EnvContract contract)
    : contract_(std::move(contract)),
      observation_(contract_.observation_space, /*lanes=*/1) {
  CHECK_EQ(contract_.num_envs, 1);
}

absl::Status NativeEnvironment::CheckCall(
    const char* call, absl::Span<const uint32_t> lanes) const {
  if (state_ == State::kClosed) {
    return absl::FailedPreconditionError(absl::StrCat(
        call, ": environment ", contract_.id, " is closed; make a new one"));
  }
  if (lanes.size() > 1 || (lanes.size() == 1 && lanes[0] != 0)) {
    return Recoverable(absl::InvalidArgumentError(absl::StrCat(
        call, ": env_index ", lanes.back(), " out of range for num_envs 1")));
  }
  return absl::OkStatus();
}

void NativeEnvironment::Fill(Observation* observation) {
  observation->value = observation_.view();
  observation->infos = absl::string_view();
  observation->has_infos = true;
}

absl::Status NativeEnvironment::Reset(const ResetRequest& request,
                                      Observation* observation) {
  RLMESH_RETURN_IF_ERROR(CheckCall("reset", request.lanes));
  state_ = State::kNew;
  Episode episode;
  if (!request.seeds.empty()) {
    if (request.seeds[0] < 0) {
      return Recoverable(absl::InvalidArgumentError(absl::StrCat(
          "reset: seed ", request.seeds[0], " is negative; use 0 or more")));
    }
    episode.seed = request.seeds[0];
  }
  if (request.has_options) episode.options = request.options;
  if (absl::Status s = OnReset(episode, &observation_); !s.ok()) {
    return Recoverable(std::move(s));
  }
  state_ = State::kRunning;
  Fill(observation);
  return absl::OkStatus();
}

absl::Status NativeEnvironment::Step(const StepRequest& request,
                                     Transition* transition) {
  RLMESH_RETURN_IF_ERROR(CheckCall("step", request.lanes));
  if (state_ != State::kRunning) {
    return Recoverable(absl::FailedPreconditionError(absl::StrCat(
        "step: ", contract_.id,
        state_ == State::kNew ? " has no episode" : ": the episode has ended",
        "; call reset first")));
  }
  if (absl::Status s =
          CheckValue(contract_.action_space, request.actions, /*lanes=*/1,
                     ValidationPolicy::kOff, /*deviations=*/nullptr);
      !s.ok()) {
    return Recoverable(std::move(s));
  }
  Outcome outcome;
  OnStep(request.actions, &observation_, &outcome);
  if (outcome.terminated || outcome.truncated) state_ = State::kDone;
  reward_ = outcome.reward;
  terminated_ = outcome.terminated;
  truncated_ = outcome.truncated;
  Fill(&transition->observation);
  transition->rewards = absl::MakeConstSpan(&reward_, 1);
  transition->terminated = absl::MakeConstSpan(&terminated_, 1);
  transition->truncated = absl::MakeConstSpan(&truncated_, 1);
  return absl::OkStatus();
}

absl::Status NativeEnvironment::Render(const RenderRequest& request,
                                       Frame* frame) {
  RLMESH_RETURN_IF_ERROR(
      CheckCall("render", absl::MakeConstSpan(&request.lane, 1)));
  frame->png.clear();
  return absl::OkStatus();
}

absl::Status NativeEnvironment::Close() {
  state_ = State::kClosed;
  return absl::OkStatus();
}

}  // namespace rlmesh
