// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/vector_environment.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/env/lanes/failed_rows.h"
#include "rlmesh/env/lanes/lane_infos.h"
#include "rlmesh/env/lanes/reset_options.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/value_rows.h"

namespace rlmesh {
namespace {

absl::Status InLane(uint32_t lane, const absl::Status& status) {
  absl::Status named(status.code(),
                     absl::StrCat("lane ", lane, ": ", status.message()));
  SetErrorDetails(GetErrorDetails(status), &named);
  return named;
}

}  // namespace

EnvContract VectorEnvironment::Contract(const EnvContract& lane, int num_envs,
                                        AutoresetMode autoreset) {
  EnvContract contract = lane;
  contract.num_envs = num_envs;
  contract.autoreset_mode = autoreset;
  return contract;
}

VectorEnvironment::VectorEnvironment(
    std::vector<std::unique_ptr<Environment>> lanes, AutoresetMode autoreset)
    : autoreset_(autoreset),
      lanes_(lanes.size()),
      contract_(Contract(lanes.front()->contract(),
                         static_cast<int>(lanes.size()), autoreset)),
      selection_({0, static_cast<uint32_t>(lanes.size())}) {
  CHECK(autoreset != AutoresetMode::kSameStep);
  for (size_t i = 0; i < lanes.size(); ++i) {
    CHECK_EQ(lanes[i]->contract().num_envs, 1);
    lanes_[i].environment = std::move(lanes[i]);
  }
}

bool VectorEnvironment::is_inline() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) {
    return lane.environment->is_inline();
  });
}

void VectorEnvironment::Take(size_t row, const Lane& lane) {
  if (rows_ != selection_.size()) {
    rows_ = selection_.size();
    observation_.Reset(contract_.observation_space, static_cast<int>(rows_));
  }
  PutRow(contract_.observation_space, lane.last.observation.value, /*lane=*/0,
         static_cast<int>(row), &observation_);
  if (!lane.last.observation.has_infos) return;
  has_infos_ = true;
  row_infos_[row] = lane.last.observation.infos;
}

void VectorEnvironment::Put(Observation* observation) {
  observation->value = observation_.view();
  observation->has_infos = has_infos_;
  observation->infos = row_infos_[0];
  if (!has_infos_ || selection_.size() == 1) return;
  EncodeLaneInfos(row_infos_, ended_, &infos_);
  observation->infos = infos_;
}

absl::Status VectorEnvironment::Reset(const ResetRequest& request,
                                      Observation* observation) {
  RLMESH_RETURN_IF_ERROR(selection_.Select("partial reset", request.lanes));
  RLMESH_ASSIGN_OR_RETURN(
      const ResetOptions options,
      ResetOptions::Parse(request.has_options ? request.options : "",
                          selection_.size()));
  row_infos_.assign(selection_.size(), absl::string_view());
  has_infos_ = false;
  for (uint32_t row = 0; row < selection_.size(); ++row) {
    Lane& lane = lanes_[selection_.lane(row)];
    ResetRequest own;
    if (row < request.seeds.size()) own.seeds = request.seeds.subspan(row, 1);
    if (row < request.episode_ids.size()) {
      own.episode_ids = request.episode_ids.subspan(row, 1);
    }
    std::string bytes;
    options.AppendFor({row}, &bytes);
    own.options = bytes;
    own.has_options = request.has_options;
    own.timeout = request.timeout;
    lane.ended = false;
    if (absl::Status s = lane.environment->Reset(own, &lane.last.observation);
        !s.ok()) {
      return lanes_.size() == 1 ? s : InLane(selection_.lane(row), s);
    }
    Take(row, lane);
  }
  ended_.assign(selection_.size(), 1);
  Put(observation);
  return absl::OkStatus();
}

absl::Status VectorEnvironment::StepLane(size_t row, const StepRequest& request,
                                         Lane* lane) {
  if (lane->ended && autoreset_ == AutoresetMode::kNextStep) {
    ResetRequest reset;
    if (row < request.episode_ids.size()) {
      reset.episode_ids = request.episode_ids.subspan(row, 1);
    }
    RLMESH_RETURN_IF_ERROR(
        lane->environment->Reset(reset, &lane->last.observation));
    lane->ended = false;
    return absl::OkStatus();
  }
  if (lane->ended) {  // as it was
    terminated_[row] = lane->last.terminated[0];
    truncated_[row] = lane->last.truncated[0];
    return absl::OkStatus();
  }
  CopyRow(contract_.action_space, request.actions,
          static_cast<int>(selection_.size()), static_cast<int>(row), &action_);
  StepRequest step;
  step.actions = action_.view();
  step.timeout = request.timeout;
  RLMESH_RETURN_IF_ERROR(lane->environment->Step(step, &lane->last));
  rewards_[row] = lane->last.rewards[0];
  terminated_[row] = lane->last.terminated[0];
  truncated_[row] = lane->last.truncated[0];
  lane->ended = terminated_[row] != 0 || truncated_[row] != 0;
  return absl::OkStatus();
}

absl::Status VectorEnvironment::Step(const StepRequest& request,
                                     Transition* transition) {
  RLMESH_RETURN_IF_ERROR(selection_.Select("subset step", request.lanes));
  const size_t rows = selection_.size();
  if (absl::Status s =
          CheckValue(contract_.action_space, request.actions,
                     static_cast<int>(rows), ValidationPolicy::kOff, nullptr);
      !s.ok()) {
    ErrorDetails details;
    details.recoverable = true;
    SetErrorDetails(details, &s);
    return s;
  }
  failures_.Start(rows);
  row_infos_.assign(rows, absl::string_view());
  has_infos_ = false;
  rewards_.assign(rows, 0);
  terminated_.assign(rows, 0);
  truncated_.assign(rows, 0);
  for (size_t row = 0; row < rows; ++row) {
    Lane& lane = lanes_[selection_.lane(row)];
    const absl::Status stepped = StepLane(row, request, &lane);
    if (stepped.ok()) {
      Take(row, lane);
    } else {
      failures_.Add(row, lanes_.size() == 1
                             ? stepped
                             : InLane(selection_.lane(row), stepped));
    }
  }
  transition->rewards = rewards_;
  transition->terminated = terminated_;
  transition->truncated = truncated_;
  if (absl::Status s = failures_.status(); !s.ok()) {
    if (!failures_.some().empty()) SetFailedRows(failures_.some(), &s);
    return s;
  }
  ended_.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    ended_[row] = terminated_[row] | truncated_[row];
  }
  Put(&transition->observation);
  return absl::OkStatus();
}

absl::Status VectorEnvironment::Render(const RenderRequest& request,
                                       Frame* frame) {
  const uint32_t lane = request.lane;
  if (lane >= lanes_.size()) {
    absl::Status status = absl::InvalidArgumentError(absl::StrCat(
        "lane ", lane, " out of range for ", lanes_.size(), " lanes"));
    ErrorDetails details;
    details.recoverable = true;
    SetErrorDetails(details, &status);
    return status;
  }
  return lanes_[lane].environment->Render({0, request.timeout}, frame);
}

void VectorEnvironment::Cancel() {
  for (Lane& lane : lanes_) lane.environment->Cancel();
}

absl::Status VectorEnvironment::Close() {
  absl::Status status;
  for (Lane& lane : lanes_) status.Update(lane.environment->Close());
  return status;
}

}  // namespace rlmesh
