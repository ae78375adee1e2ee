// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/lanes/vector_session.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/uuid.h"
#include "rlmesh/driver/sides/trials.h"
#include "rlmesh/spaces/sampler.h"
#include "rlmesh/spaces/value_rows.h"

namespace rlmesh {
namespace {

absl::Status CheckPlayable(const EnvContract& contract, bool takes_lanes) {
  const auto refuse = [&contract](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the ", contract.num_envs, " lanes of environment ", contract.id, " ",
        why, "; serve them as lanes (env_server --num_envs=", contract.num_envs,
        ") or with autoreset NEXT_STEP"));
  };
  if (contract.autoreset_mode == AutoresetMode::kSameStep) {
    return refuse(
        "begin their next episode in the step that ends one (SAME_STEP), so "
        "that no seed can be given and last observations are lost");
  }
  if (contract.autoreset_mode == AutoresetMode::kDisabled && !takes_lanes) {
    return refuse(
        "neither begin their next episode themselves (autoreset is DISABLED) "
        "nor can be reset one by one (the server lacks subset_step)");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<VectorSession>> VectorSession::Create(
    Environment* environment, Model* model, const SessionOptions& options,
    const Clock* clock, Telemetry* telemetry) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  const EnvContract& contract = environment->contract();
  if (options.prefetch_lead > 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "prefetch_lead is ", options.prefetch_lead, ", and environment ",
        contract.id, " has ", contract.num_envs,
        " lanes; predictions are made ahead for one lane only: leave it out, "
        "or serve one lane and play several episodes with --parallel"));
  }
  RLMESH_RETURN_IF_ERROR(CheckPlayable(contract, environment->takes_lanes()));
  std::unique_ptr<VectorSession> session(
      new VectorSession(environment, model, options, clock, telemetry));
  if (absl::Status s = model->Open(session->route_, contract); !s.ok()) {
    session->closed_ = true;
    return SaidBy(Side::kModel, s);
  }
  RLMESH_RETURN_IF_ERROR(session->FillActions());
  return session;
}

VectorSession::VectorSession(Environment* environment, Model* model,
                             const SessionOptions& options, const Clock* clock,
                             Telemetry* telemetry)
    : environment_(environment),
      model_(model),
      options_(options),
      clock_(clock),
      telemetry_(telemetry),
      route_(NewUuid7(absl::Now())),
      takes_lanes_(environment->takes_lanes()),
      tells_trials_(WantsTrials(environment->contract())),
      lanes_(environment->contract().num_envs),
      all_(lanes_.size()),
      env_ids_(lanes_.size()),
      observations_(&environment->contract().observation_space,
                    static_cast<int>(lanes_.size())),
      actions_(&environment->contract().action_space,
               static_cast<int>(lanes_.size())),
      row_of_(lanes_.size(), -1) {
  std::iota(all_.begin(), all_.end(), 0);
}

VectorSession::~VectorSession() { Close().IgnoreError(); }

absl::Status VectorSession::Fault(Side side, const absl::Status& status) {
  faulty_ = side;
  while (!playing_.empty()) Rest(playing_.back());
  return SaidBy(side, status);
}

absl::Status VectorSession::FillActions() {
  if (takes_lanes_) return absl::OkStatus();
  Random random(/*seed=*/0);
  Random* const one[] = {&random};
  ValueBuffer action;
  RLMESH_RETURN_IF_ERROR(
      SampleLanes(environment_->contract().action_space, one, &action));
  for (const uint32_t lane : all_) actions_.Put(lane, action.view());
  return absl::OkStatus();
}

absl::Status VectorSession::LeaveEpisodes() {
  if (left_.empty()) return absl::OkStatus();
  const std::vector<std::string> left = std::exchange(left_, {});
  const absl::Status s = model_->Reset(route_, left);
  return s.ok() ? s : Fault(Side::kModel, s);
}

ResetRequest VectorSession::MakeReset(absl::Span<const LaneStart> starts) {
  begun_.clear();
  seeds_.clear();
  trials_.clear();
  ids_.clear();
  size_t next = 0;
  for (const uint32_t lane : all_) {
    const bool starts_here = next < starts.size() && starts[next].lane == lane;
    if (!starts_here && takes_lanes_) continue;
    // Those that play nothing go on counting: there are environments that take
    // consecutive seeds only.
    LaneStart start = starts[next < starts.size() ? next : next - 1];
    if (starts_here) {
      ++next;
    } else if (!seeds_.empty()) {
      start.seed = seeds_.back() == std::numeric_limits<int64_t>::max()
                       ? 0
                       : seeds_.back() + 1;
    }
    begun_.push_back(lane);
    seeds_.push_back(start.seed);
    trials_.push_back(start.trial);
    ids_.push_back(NewUuid7(absl::Now()));
  }
  ResetRequest request;
  if (begun_.size() < lanes_.size()) request.lanes = begun_;
  request.seeds = seeds_;
  request.episode_ids = ids_;
  if (tells_trials_) {
    reset_options_ = TrialOptions(trials_);
    request.options = reset_options_;
    request.has_options = true;
  }
  request.timeout = options_.reset_timeout;
  return request;
}

absl::Status VectorSession::Begin(absl::Span<const LaneStart> starts) {
  if (closed_) {
    return absl::FailedPreconditionError("begin: session is closed");
  }
  if (starts.empty()) return absl::OkStatus();
  if (!MayBegin()) {
    return absl::FailedPreconditionError(
        "begin: lanes that move together begin together; wait until none "
        "plays");
  }
  RLMESH_RETURN_IF_ERROR(LeaveEpisodes());
  const ResetRequest request = MakeReset(starts);
  if (takes_lanes_) {
    // What the other lanes go on from is the environment's until its next call.
    observations_.Keep();
    if (!infos_ && transition_.observation.has_infos) {
      info_bytes_.assign(transition_.observation.infos.data(),
                         transition_.observation.infos.size());
      transition_.observation.infos = info_bytes_;
    }
  } else {
    observations_.Forget();
    transition_.observation.has_infos = false;
    infos_.reset();
  }
  Observation observation;
  const absl::Time before = clock_->Now();
  absl::Status s = environment_->Reset(request, &observation);
  if (!s.ok()) {
    faulty_ = Side::kEnvironment;
    return SaidBy(Side::kEnvironment, s);
  }
  if (telemetry_ != nullptr) {
    telemetry_->AddCall(Telemetry::kReset, clock_->Now() - before, ValueView(),
                        observation.value);
  }
  observations_.Borrow(begun_, observation.value);
  for (size_t row = 0; row < begun_.size(); ++row) {
    env_ids_[begun_[row]] = std::move(ids_[row]);
  }
  for (const LaneStart& start : starts) {
    State& state = lanes_[start.lane];
    state.told = Lane();
    state.frame_count = state.frames_left = 0;
    state.row.episode_id = env_ids_[start.lane];
    state.row.seed = start.seed;
    playing_.push_back(start.lane);
  }
  std::sort(playing_.begin(), playing_.end());
  return absl::OkStatus();
}

absl::Status VectorSession::Ask(absl::Span<const uint32_t> lanes) {
  rows_.resize(lanes.size());
  for (size_t i = 0; i < lanes.size(); ++i) rows_[i] = lanes_[lanes[i]].row;
  PredictRequest request;
  request.route = route_;
  request.observations = observations_.Rows(lanes);
  request.episodes = rows_;
  request.step = session_steps_;
  request.horizon = options_.execution_horizon;
  request.timeout = options_.predict_timeout;
  const absl::Time before = clock_->Now();
  prediction_.frames.clear();
  if (absl::Status s = model_->Predict(request, &prediction_); !s.ok()) {
    return Fault(Side::kModel, s);
  }
  if (prediction_.frames.empty()) {
    return Fault(Side::kModel, absl::InternalError("predicted no action"));
  }
  if (telemetry_ != nullptr) {
    telemetry_->AddCall(Telemetry::kPredict, clock_->Now() - before,
                        request.observations, prediction_.frames[0]);
  }
  // The next call of the model takes its answer back.
  if (model_->takes_rows()) {
    actions_.Borrow(lanes, prediction_.frames[0]);
  } else {
    actions_.Put(lanes[0], prediction_.frames[0]);
  }
  const size_t frames =
      std::min(prediction_.frames.size(),
               static_cast<size_t>(options_.execution_horizon));
  for (size_t i = 0; i < lanes.size(); ++i) {
    State& state = lanes_[lanes[i]];
    state.frame_count = state.frames_left = frames - 1;
    if (state.frames.size() < frames - 1) state.frames.resize(frames - 1);
    for (size_t k = 1; k < frames; ++k) {
      CopyRow(environment_->contract().action_space, prediction_.frames[k],
              static_cast<int>(lanes.size()), static_cast<int>(i),
              &state.frames[k - 1]);
    }
  }
  return absl::OkStatus();
}

absl::Status VectorSession::Predict() {
  asking_.clear();
  actions_.Forget();  // a call of the model has taken them back
  for (const uint32_t lane : playing_) {
    if (lanes_[lane].frames_left == 0) asking_.push_back(lane);
  }
  for (const uint32_t lane : playing_) {
    State& state = lanes_[lane];
    if (state.frames_left == 0) continue;
    const size_t frame = state.frame_count - state.frames_left--;
    actions_.Put(lane, state.frames[frame].view());
  }
  if (asking_.empty()) return absl::OkStatus();
  if (model_->takes_rows()) return Ask(asking_);
  for (size_t i = 0; i < asking_.size(); ++i) {
    RLMESH_RETURN_IF_ERROR(Ask(absl::MakeConstSpan(asking_).subspan(i, 1)));
  }
  return absl::OkStatus();
}

absl::Status VectorSession::Step() {
  if (playing_.empty()) {
    return absl::FailedPreconditionError("step: no lane plays; call Begin");
  }
  const std::vector<uint32_t>& stepped = takes_lanes_ ? playing_ : all_;
  std::fill(row_of_.begin(), row_of_.end(), -1);
  stepped_ = stepped;
  StepRequest request;
  request.actions = actions_.Rows(stepped_);
  request.timeout = options_.step_timeout;
  if (stepped_.size() == lanes_.size()) {
    request.episode_ids = env_ids_;
  } else {
    request.lanes = stepped_;
    ids_.resize(stepped_.size());
    for (size_t row = 0; row < stepped_.size(); ++row) {
      ids_[row] = env_ids_[stepped_[row]];
    }
    request.episode_ids = ids_;
  }
  observations_.Forget();
  infos_.reset();
  const absl::Time before = clock_->Now();
  absl::Status s = environment_->Step(request, &transition_);
  if (s.ok()) s = TakeStep();
  if (!s.ok()) {
    observations_.Forget();
    transition_ = Transition();
    return Fault(Side::kEnvironment, s);
  }
  if (telemetry_ != nullptr) {
    telemetry_->AddCall(Telemetry::kStep, clock_->Now() - before,
                        request.actions, transition_.observation.value);
  }
  return absl::OkStatus();
}

absl::Status VectorSession::TakeStep() {
  const size_t rows = stepped_.size();
  if (transition_.rewards.size() != rows ||
      transition_.terminated.size() != rows ||
      transition_.truncated.size() != rows) {
    return absl::InternalError(absl::StrCat("step answered for ",
                                            transition_.rewards.size(),
                                            " lanes instead of ", rows));
  }
  observations_.Borrow(stepped_, transition_.observation.value);
  ++session_steps_;
  for (size_t row = 0; row < rows; ++row) {
    const uint32_t lane = stepped_[row];
    row_of_[lane] = static_cast<int>(row);
    // Where lanes reset themselves, the next step begins an episode.
    if (!takes_lanes_ &&
        (transition_.terminated[row] != 0 || transition_.truncated[row] != 0)) {
      env_ids_[lane] = NewUuid7(absl::Now());
    }
  }
  for (const uint32_t lane : playing_) {
    const int row = row_of_[lane];
    Lane& told = lanes_[lane].told;
    told.reward = transition_.rewards[row];
    told.total_reward += told.reward;
    ++told.steps;
    told.terminated = transition_.terminated[row] != 0;
    told.truncated = transition_.truncated[row] != 0;
  }
  return absl::OkStatus();
}

void VectorSession::Rest(uint32_t lane) {
  const auto found = std::lower_bound(playing_.begin(), playing_.end(), lane);
  if (found == playing_.end() || *found != lane) return;
  playing_.erase(found);
  // It is stepped on with the action that it did last.
  if (!takes_lanes_) actions_.Keep();
  left_.push_back(std::move(lanes_[lane].row.episode_id));
}

const spaces::v1::MetaMap* VectorSession::infos() {
  if (!transition_.observation.has_infos) return nullptr;
  if (!infos_) {
    absl::StatusOr<spaces::v1::MetaMap> parsed =
        ParseMeta(transition_.observation.infos);
    infos_ = parsed.ok() ? *std::move(parsed) : spaces::v1::MetaMap();
  }
  return &*infos_;
}

absl::Status VectorSession::Close() {
  if (closed_) return absl::OkStatus();
  closed_ = true;
  while (!playing_.empty()) Rest(playing_.back());
  const absl::Status left = LeaveEpisodes();
  const absl::Status closed = model_->CloseRoute(route_);
  if (!closed.ok()) return SaidBy(Side::kModel, closed);
  return left;
}

}  // namespace rlmesh
