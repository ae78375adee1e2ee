// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/session_loop.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/driver/sides/faults.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {

SessionLoop::SessionLoop(EnvironmentFactory* environments, ModelFactory* models,
                         const RunOptions& options, RunLedger* ledger)
    : options_(options),
      ledger_(ledger),
      participants_(environments, models, options, ledger) {
  for (const Hook* hook : options.hooks) {
    copies_observations_ |= hook->reads_observations();
  }
  if (options.telemetry) telemetry_ = std::make_unique<Telemetry>();
}

void SessionLoop::Play() {
  while (absl::optional<int64_t> index = ledger_->TakeEpisode()) {
    if (!was_ready_) {
      if (absl::Status s = MakeReady(/*again=*/false); !s.ok()) {
        ledger_->Fail(s);
        break;
      }
      ledger_->OnRunStart(participants_.contract());
    }
    EpisodeResult episode;
    episode.index = *index;
    episode.seed = ledger_->seed() + *index;
    episode.trial = options_.trial_index_base + *index;
    const absl::Status played = PlayEpisode(&episode);
    if (played.ok()) {
      ledger_->Finish(episode);
      continue;
    }
    const bool aborted = ledger_->aborted();
    ledger_->Fail(WithMessage(
        played, aborted ? absl::StatusCode::kCancelled : played.code(),
        absl::StrCat("episode ", *index, " (seed ", episode.seed, ") ",
                     aborted ? "was interrupted" : "failed", " after ",
                     session_ == nullptr ? 0 : session_->steps(), " steps",
                     episode.retries > 0
                         ? absl::StrCat(" and ", episode.retries, " retries")
                         : "",
                     ": ", played.message(), "; ", ledger_->finished(), " of ",
                     options_.episodes, " episodes finished")));
    break;
  }
  if (telemetry_ != nullptr) ledger_->AddTelemetry(*telemetry_);
  // All episodes are in hand: a model that fails to say goodbye spoils nothing.
  if (session_ != nullptr) session_->Close().IgnoreError();
  session_.reset();
  participants_.End();
}

absl::Status SessionLoop::PlayEpisode(EpisodeResult* result) {
  ledger_->OnEpisodeStart(result->index, result->seed);
  while (true) {
    if (ledger_->aborted()) return absl::CancelledError("cancelled");
    absl::Status fault = MakeReady(/*again=*/true);
    const bool was_made = fault.ok();
    if (was_made) {
      fault = Attempt(result);
      if (fault.ok() || ledger_->aborted()) return fault;
    }
    // Who could not be got in all that time will not come now.
    if (!was_made || !ledger_->MayRetry(result->retries)) return fault;
    ++result->retries;
    ledger_->OnRetry({result->index, result->seed, result->retries, fault});
    if (IsLost(fault) &&
        !ledger_->Pause(DelayBefore(result->retries, options_.retry))) {
      return fault;
    }
    DropSpoilt(fault);
  }
}

absl::Status SessionLoop::Attempt(EpisodeResult* result) {
  const absl::Time before = options_.clock->Now();
  RLMESH_RETURN_IF_ERROR(session_->Reset(result->seed, result->trial));
  const absl::Time start = last_step_ = options_.clock->Now();
  if (telemetry_ != nullptr) {
    telemetry_->AddCall(Telemetry::kReset, start - before, ValueView(),
                        session_->observation().value);
  }
  const absl::Time end =
      std::min(ledger_->run_end(), start + options_.max_episode_time);
  predict_time_ = step_time_ = absl::ZeroDuration();
  bool capped = false;
  while (!session_->done() && !capped) {
    if (ledger_->aborted()) return absl::CancelledError("cancelled");
    if (options_.clock->Now() >= end) {
      result->end = EpisodeEnd::kTimeCap;
      capped = true;
      break;
    }
    RLMESH_RETURN_IF_ERROR(Advance(result, &capped));
    participants_.WentOn();
  }
  result->duration =
      std::max(absl::ZeroDuration(), options_.clock->Now() - start);
  result->steps = session_->steps();
  result->reward = session_->total_reward();
  result->terminated = session_->terminated();
  result->truncated = session_->truncated() || capped;
  if (!capped) {
    result->end =
        result->terminated ? EpisodeEnd::kTerminated : EpisodeEnd::kTruncated;
  }
  if (result->steps == 0) return absl::OkStatus();
  result->predict_time = predict_time_ / result->steps;
  result->step_time = step_time_ / result->steps;
  if (session_->observation().has_infos) {
    result->success = SuccessOf(session_->observation().infos);
  }
  return absl::OkStatus();
}

absl::Status SessionLoop::Advance(EpisodeResult* result, bool* capped) {
  StepEvent event;
  if (copies_observations_) {
    observation_.Assign(session_->observation().value);
    event.observation = observation_.view();
  }
  const absl::Time before = options_.clock->Now();
  RLMESH_RETURN_IF_ERROR(session_->Predict(&event.action));
  const absl::Time between = options_.clock->Now();
  if (telemetry_ != nullptr && session_->asked_model()) {
    telemetry_->AddCall(Telemetry::kPredict, between - before,
                        session_->observation().value, event.action);
  }
  RLMESH_RETURN_IF_ERROR(session_->Step(event.action));
  const absl::Time after = options_.clock->Now();
  event.step_time = after - between;
  event.predict_time = between - before;
  if (telemetry_ != nullptr) {
    telemetry_->AddCall(Telemetry::kStep, event.step_time, event.action,
                        session_->observation().value);
    telemetry_->AddTime(Telemetry::kRound, after - last_step_);
    last_step_ = after;
  }
  predict_time_ += event.predict_time;
  step_time_ += event.step_time;
  if (!session_->done() && session_->steps() >= options_.max_episode_steps) {
    result->end = EpisodeEnd::kStepCap;
    *capped = true;
  }
  event.episode = result->index;
  event.seed = result->seed;
  event.step = session_->steps();
  event.next = session_->observation();
  event.reward = session_->reward();
  event.total_reward = session_->total_reward();
  event.terminated = session_->terminated();
  event.truncated = session_->truncated() || *capped;
  ledger_->OnStep(event);
  // A hook may have ended the run.
  return ledger_->aborted() ? absl::CancelledError("cancelled")
                            : absl::OkStatus();
}

absl::Status SessionLoop::MakeReady(bool again) {
  if (session_ != nullptr) return absl::OkStatus();
  return participants_.MakeReady(
      again, [this](Environment* environment, Model* model) -> absl::Status {
        RLMESH_ASSIGN_OR_RETURN(
            session_, Session::Create(environment, model, options_.session));
        was_ready_ = true;
        return absl::OkStatus();
      });
}

void SessionLoop::DropSpoilt(const absl::Status& fault) {
  const bool by_model =
      session_ != nullptr && session_->faulty() == Side::kModel;
  if (!by_model && participants_.MayKeepEnvironment(fault)) return;
  session_.reset();
  participants_.Drop(/*environment=*/!by_model, /*model=*/by_model);
}

}  // namespace rlmesh
