// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/testing/fake_lanes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {

FakeLanes::FakeLanes(int lanes, AutoresetMode autoreset, bool takes_lanes)
    : takes_lanes_(takes_lanes) {
  std::vector<std::unique_ptr<Environment>> environments;
  for (int i = 0; i < lanes; ++i) {
    auto environment = std::make_unique<FakeEnvironment>();
    FakeEnvironment* const lane = environment.get();
    environment->on_reset = [lane] {
      const int64_t seed = lane->seeds.back();
      lane->episode_steps = seed < 0 ? 3 : static_cast<int>(seed % 7 + 1);
      lane->reward = seed < 0 ? -1000 : seed;
      return absl::OkStatus();
    };
    lanes_.push_back(lane);
    environments.push_back(std::move(environment));
  }
  vector_ =
      std::make_unique<VectorEnvironment>(std::move(environments), autoreset);
  contract_ = vector_->contract();
}

absl::Status FakeLanes::CheckLanes(absl::Span<const uint32_t> lanes) const {
  if (takes_lanes_ || lanes.empty()) return absl::OkStatus();
  return absl::UnimplementedError("these lanes move together");
}

absl::Status FakeLanes::Reset(const ResetRequest& request,
                              Observation* observation) {
  calls.push_back(absl::StrCat("reset ", absl::StrJoin(request.lanes, ","),
                               request.lanes.empty() ? "" : ":",
                               absl::StrJoin(request.seeds, ",")));
  RLMESH_RETURN_IF_ERROR(CheckLanes(request.lanes));
  if (on_reset) RLMESH_RETURN_IF_ERROR(on_reset());
  return vector_->Reset(request, observation);
}

absl::Status FakeLanes::Step(const StepRequest& request,
                             Transition* transition) {
  calls.push_back(absl::StrCat("step", request.lanes.empty() ? "" : " ",
                               absl::StrJoin(request.lanes, ",")));
  RLMESH_RETURN_IF_ERROR(CheckLanes(request.lanes));
  if (on_step) RLMESH_RETURN_IF_ERROR(on_step());
  return vector_->Step(request, transition);
}

absl::Status FakeLanes::Render(const RenderRequest& request, Frame* frame) {
  return vector_->Render(request, frame);
}

}  // namespace rlmesh
