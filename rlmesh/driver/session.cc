// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/uuid.h"
#include "rlmesh/driver/sides/trials.h"

namespace rlmesh {
namespace {

constexpr int kMaxHorizon = 1024;

absl::Status CheckTimeout(absl::string_view name, absl::Duration timeout) {
  if (timeout > absl::ZeroDuration()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      name, " is ", absl::FormatDuration(timeout), "; it must be above 0"));
}

}  // namespace

absl::Status SessionOptions::Validate() const {
  RLMESH_RETURN_IF_ERROR(CheckTimeout("reset_timeout", reset_timeout));
  RLMESH_RETURN_IF_ERROR(CheckTimeout("step_timeout", step_timeout));
  RLMESH_RETURN_IF_ERROR(CheckTimeout("predict_timeout", predict_timeout));
  if (execution_horizon < 1 || execution_horizon > kMaxHorizon) {
    return absl::InvalidArgumentError(
        absl::StrCat("execution_horizon is ", execution_horizon,
                     "; it must be 1 to ", kMaxHorizon));
  }
  if (prefetch_lead < 0 || prefetch_lead >= execution_horizon) {
    return absl::InvalidArgumentError(absl::StrCat(
        "prefetch_lead is ", prefetch_lead,
        "; it must be 0 or more, and less than execution_horizon (",
        execution_horizon, ")"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Session>> Session::Create(
    Environment* environment, Model* model, const SessionOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  const EnvContract& contract = environment->contract();
  if (contract.num_envs != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("environment ", contract.id, " has ", contract.num_envs,
                     " lanes; a session by hand plays one: Run plays them"));
  }
  std::unique_ptr<Session> session(new Session(environment, model, options));
  if (absl::Status s = model->Open(session->route_, contract); !s.ok()) {
    session->closed_ = true;
    return SaidBy(Side::kModel, s);
  }
  return session;
}

Session::Session(Environment* environment, Model* model,
                 const SessionOptions& options)
    : environment_(environment),
      model_(model),
      options_(options),
      route_(NewUuid7(absl::Now())),
      tells_trials_(WantsTrials(environment->contract())) {
  if (options.prefetch_lead > 0) prefetch_ = std::make_unique<Prefetch>(model);
}

absl::Status Session::Fault(Side side, const absl::Status& status) {
  faulty_ = side;
  return SaidBy(side, status);
}

Session::~Session() { Close().IgnoreError(); }

absl::Status Session::CheckOpen(const char* call, bool needs_episode) const {
  if (closed_) {
    return absl::FailedPreconditionError(
        absl::StrCat(call, ": session is closed"));
  }
  if (needs_episode && !running_) {
    return absl::FailedPreconditionError(absl::StrCat(
        call, row_.episode_id.empty() ? ": no episode" : ": no episode runs",
        "; call Reset first"));
  }
  return absl::OkStatus();
}

absl::Status Session::LeaveEpisode() {
  if (prefetch_ != nullptr) prefetch_->Drop();
  prediction_.frames.clear();
  next_frame_ = 0;
  if (row_.episode_id.empty()) return absl::OkStatus();
  const std::string id = std::exchange(row_.episode_id, std::string());
  absl::Status s = model_->Reset(route_, absl::MakeConstSpan(&id, 1));
  return s.ok() ? s : Fault(Side::kModel, s);
}

absl::Status Session::Reset(absl::optional<int64_t> seed,
                            absl::optional<int64_t> trial) {
  RLMESH_RETURN_IF_ERROR(CheckOpen("reset", /*needs_episode=*/false));
  running_ = false;
  reward_ = total_reward_ = 0;
  steps_ = 0;
  terminated_ = truncated_ = false;
  RLMESH_RETURN_IF_ERROR(LeaveEpisode());
  std::string episode_id = NewUuid7(absl::Now());
  ResetRequest request;
  if (seed) request.seeds = absl::MakeConstSpan(&*seed, 1);
  request.episode_ids = absl::MakeConstSpan(&episode_id, 1);
  if (trial && tells_trials_) {
    reset_options_ = TrialOptions(absl::MakeConstSpan(&*trial, 1));
    request.options = reset_options_;
    request.has_options = true;
  }
  request.timeout = options_.reset_timeout;
  absl::Status s = environment_->Reset(request, &transition_.observation);
  if (!s.ok()) return Fault(Side::kEnvironment, s);
  row_.episode_id = std::move(episode_id);
  row_.seed = seed;
  running_ = true;
  return absl::OkStatus();
}

absl::Status Session::Predict(ValueView* action) {
  RLMESH_RETURN_IF_ERROR(CheckOpen("predict", /*needs_episode=*/true));
  asked_model_ = next_frame_ >= prediction_.frames.size();
  if (asked_model_) RLMESH_RETURN_IF_ERROR(AskModel());
  if (prefetch_ != nullptr && !prefetch_->is_pending() &&
      prediction_.frames.size() - next_frame_ <=
          static_cast<size_t>(options_.prefetch_lead)) {
    StartPrefetch();
  }
  *action = prediction_.frames[next_frame_++];
  return absl::OkStatus();
}

PredictRequest Session::MakeRequest() const {
  PredictRequest request;
  request.route = route_;
  request.observations = transition_.observation.value;
  request.episodes = absl::MakeConstSpan(&row_, 1);
  request.step = session_steps_;
  request.horizon = options_.execution_horizon;
  request.timeout = options_.predict_timeout;
  return request;
}

absl::Status Session::AskModel() {
  prediction_.frames.clear();
  next_frame_ = 0;
  const absl::Status s = prefetch_ != nullptr && prefetch_->is_pending()
                             ? prefetch_->Take(&prediction_)
                             : model_->Predict(MakeRequest(), &prediction_);
  if (!s.ok()) {
    prediction_.frames.clear();
    return Fault(Side::kModel, s);
  }
  if (prediction_.frames.empty()) {
    return Fault(Side::kModel, absl::InternalError("predicted no action"));
  }
  if (prediction_.frames.size() >
      static_cast<size_t>(options_.execution_horizon)) {
    prediction_.frames.resize(options_.execution_horizon);
  }
  return absl::OkStatus();
}

void Session::StartPrefetch() {
  // The model takes its answer back when it is asked again.
  kept_frames_.resize(options_.execution_horizon);
  for (size_t i = next_frame_; i < prediction_.frames.size(); ++i) {
    kept_frames_[i].Assign(prediction_.frames[i]);
    prediction_.frames[i] = kept_frames_[i].view();
  }
  prefetch_->Start(MakeRequest());
}

absl::Status Session::Step(ValueView action) {
  RLMESH_RETURN_IF_ERROR(CheckOpen("step", /*needs_episode=*/true));
  StepRequest request;
  request.actions = action;
  request.episode_ids = absl::MakeConstSpan(&row_.episode_id, 1);
  request.timeout = options_.step_timeout;
  if (absl::Status s = environment_->Step(request, &transition_); !s.ok()) {
    // A refused action changed nothing; anything else needs a reset.
    running_ = s.code() == absl::StatusCode::kInvalidArgument &&
               GetErrorDetails(s).recoverable;
    return Fault(Side::kEnvironment, s);
  }
  reward_ = transition_.rewards[0];
  terminated_ = transition_.terminated[0] != 0;
  truncated_ = transition_.truncated[0] != 0;
  total_reward_ += reward_;
  ++steps_;
  ++session_steps_;
  running_ = !done();
  return absl::OkStatus();
}

absl::Status Session::Advance() {
  RLMESH_RETURN_IF_ERROR(Predict(&action_));
  return Step(action_);
}

absl::Status Session::Close() {
  if (closed_) return absl::OkStatus();
  closed_ = true;
  running_ = false;
  absl::Status left = LeaveEpisode();
  absl::Status closed = model_->CloseRoute(route_);
  if (!closed.ok()) return SaidBy(Side::kModel, closed);
  return left;
}

}  // namespace rlmesh
