// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/lanes/vector_loop.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/driver/sides/faults.h"
#include "rlmesh/spaces/meta_rows.h"

namespace rlmesh {

VectorLoop::VectorLoop(EnvironmentFactory* environments, ModelFactory* models,
                       const RunOptions& options, RunLedger* ledger)
    : options_(options),
      ledger_(ledger),
      participants_(environments, models, options, ledger),
      seats_(environments->contract().num_envs) {
  for (const Hook* hook : options.hooks) {
    copies_values_ |= hook->reads_observations();
  }
  if (options.telemetry) telemetry_ = std::make_unique<Telemetry>();
}

void VectorLoop::Play() {
  if (TakeSeats()) {
    absl::Status status = MakeReady(/*again=*/false);
    if (status.ok()) {
      ledger_->OnRunStart(participants_.contract());
      while (!(status = PlayOn()).ok()) {
        if (!ledger_->aborted() && Recover(status)) continue;
        status = Describe(status);
        break;
      }
    }
    if (!status.ok()) ledger_->Fail(status);
  }
  if (telemetry_ != nullptr) ledger_->AddTelemetry(*telemetry_);
  // All episodes are in hand: a model that fails to say goodbye spoils nothing.
  if (session_ != nullptr) session_->Close().IgnoreError();
  session_.reset();
  participants_.End();
}

absl::Status VectorLoop::PlayOn() {
  while (TakeSeats()) {
    if (ledger_->aborted()) return absl::CancelledError("cancelled");
    could_be_made_ = false;
    RLMESH_RETURN_IF_ERROR(MakeReady(/*again=*/true));
    could_be_made_ = true;
    RLMESH_RETURN_IF_ERROR(BeginSeats());
    if (ledger_->aborted()) return absl::CancelledError("cancelled");
    EndLateSeats();
    if (!session_->playing().empty()) RLMESH_RETURN_IF_ERROR(Advance());
  }
  return absl::OkStatus();
}

bool VectorLoop::TakeSeats() {
  const bool may_begin = session_ == nullptr || session_->MayBegin();
  bool in_hand = false;
  for (Seat& seat : seats_) {
    if (!seat.taken && may_begin && !ledger_is_empty_) {
      const absl::optional<int64_t> index = ledger_->TakeEpisode();
      ledger_is_empty_ = !index.has_value();
      if (index) {
        seat.taken = true;
        seat.episode = EpisodeResult();
        seat.episode.index = *index;
        seat.episode.seed = ledger_->seed() + *index;
        seat.episode.trial = options_.trial_index_base + *index;
        seat.is_told = false;
      }
    }
    in_hand |= seat.taken;
  }
  return in_hand;
}

absl::Status VectorLoop::BeginSeats() {
  starts_.clear();
  for (uint32_t lane = 0; lane < seats_.size(); ++lane) {
    Seat& seat = seats_[lane];
    if (!seat.taken || seat.plays) continue;
    if (!seat.is_told) {
      ledger_->OnEpisodeStart(seat.episode.index, seat.episode.seed);
      seat.is_told = true;
    }
    starts_.push_back({lane, seat.episode.seed, seat.episode.trial});
  }
  if (starts_.empty()) return absl::OkStatus();
  if (ledger_->aborted()) return absl::CancelledError("cancelled");
  RLMESH_RETURN_IF_ERROR(session_->Begin(starts_));
  last_step_ = options_.clock->Now();
  for (const LaneStart& start : starts_) {
    Seat& seat = seats_[start.lane];
    seat.plays = true;
    seat.start = last_step_;
    seat.end =
        std::min(ledger_->run_end(), seat.start + options_.max_episode_time);
    seat.predict_time = seat.step_time = absl::ZeroDuration();
  }
  return absl::OkStatus();
}

void VectorLoop::EndLateSeats() {
  const absl::Time now = options_.clock->Now();
  round_ = session_->playing();
  for (const uint32_t lane : round_) {
    if (now >= seats_[lane].end) EndSeat(lane, EpisodeEnd::kTimeCap);
  }
}

absl::Status VectorLoop::Advance() {
  round_ = session_->playing();
  if (copies_values_) {
    for (const uint32_t lane : round_) {
      session_->CopyObservation(lane, &seats_[lane].observation);
    }
  }
  const absl::Time before = options_.clock->Now();
  RLMESH_RETURN_IF_ERROR(session_->Predict());
  const absl::Time between = options_.clock->Now();
  RLMESH_RETURN_IF_ERROR(session_->Step());
  const absl::Time after = options_.clock->Now();
  participants_.WentOn();
  predicted_ = between - before;
  stepped_ = after - between;
  if (telemetry_ != nullptr) {
    telemetry_->AddTime(Telemetry::kRound, after - last_step_);
    last_step_ = after;
  }
  for (const uint32_t lane : round_) {
    seats_[lane].predict_time += predicted_;
    seats_[lane].step_time += stepped_;
    const VectorSession::Lane& played = session_->lane(lane);
    const bool capped =
        !played.done() && played.steps >= options_.max_episode_steps;
    if (!options_.hooks.empty()) TellStep(lane, capped);
    // A hook may have ended the run.
    if (ledger_->aborted()) return absl::CancelledError("cancelled");
    if (capped) {
      EndSeat(lane, EpisodeEnd::kStepCap);
    } else if (played.done()) {
      EndSeat(lane, played.terminated ? EpisodeEnd::kTerminated
                                      : EpisodeEnd::kTruncated);
    }
  }
  return absl::OkStatus();
}

MetaBytes VectorLoop::InfosOf(uint32_t lane) {
  const spaces::v1::MetaMap* const infos = session_->infos();
  if (infos == nullptr || session_->row_of(lane) < 0) return MetaBytes();
  return SerializeMeta(
      RowInfo(*infos, session_->row_of(lane), session_->rows()));
}

void VectorLoop::TellStep(uint32_t lane, bool capped) {
  Seat& seat = seats_[lane];
  const VectorSession::Lane& played = session_->lane(lane);
  StepEvent event;
  event.episode = seat.episode.index;
  event.seed = seat.episode.seed;
  event.step = played.steps;
  if (copies_values_) {
    event.observation = seat.observation.view();
    session_->CopyAction(lane, &action_);
    event.action = action_.view();
    session_->CopyObservation(lane, &next_);
    event.next.value = next_.view();
    event.next.has_infos = session_->infos() != nullptr;
    infos_ = InfosOf(lane);
    event.next.infos = infos_;
  }
  event.reward = played.reward;
  event.total_reward = played.total_reward;
  event.terminated = played.terminated;
  event.truncated = played.truncated || capped;
  event.predict_time = predicted_;
  event.step_time = stepped_;
  ledger_->OnStep(event);
}

void VectorLoop::EndSeat(uint32_t lane, EpisodeEnd end) {
  Seat& seat = seats_[lane];
  const VectorSession::Lane& played = session_->lane(lane);
  EpisodeResult* const result = &seat.episode;
  result->end = end;
  result->duration =
      std::max(absl::ZeroDuration(), options_.clock->Now() - seat.start);
  result->steps = played.steps;
  result->reward = played.total_reward;
  result->terminated = played.terminated;
  result->truncated = played.truncated || end == EpisodeEnd::kStepCap ||
                      end == EpisodeEnd::kTimeCap;
  if (result->steps > 0) {
    result->predict_time = seat.predict_time / result->steps;
    result->step_time = seat.step_time / result->steps;
    result->success = SuccessOf(InfosOf(lane));
  }
  session_->Rest(lane);
  seat.taken = seat.plays = false;
  ledger_->Finish(*result);
}

absl::Status VectorLoop::MakeReady(bool again) {
  if (session_ != nullptr) return absl::OkStatus();
  return participants_.MakeReady(
      again, [this](Environment* environment, Model* model) -> absl::Status {
        RLMESH_ASSIGN_OR_RETURN(
            session_,
            VectorSession::Create(environment, model, options_.session,
                                  options_.clock, telemetry_.get()));
        return absl::OkStatus();
      });
}

bool VectorLoop::Recover(const absl::Status& fault) {
  // Who could not be got in all that time will not come now.
  if (!could_be_made_) return false;
  const bool by_model = session_->faulty() == Side::kModel;
  const bool keeps = !by_model && participants_.MayKeepEnvironment(fault);
  int64_t retries = 1;
  for (uint32_t lane = 0; lane < seats_.size(); ++lane) {
    Seat& seat = seats_[lane];
    if (!seat.taken || (keeps && session_->plays(lane))) continue;
    EpisodeResult* const episode = &seat.episode;
    if (!ledger_->MayRetry(episode->retries)) return false;
    ++episode->retries;
    retries = std::max(retries, episode->retries);
    seat.plays = false;
    ledger_->OnRetry({episode->index, episode->seed, episode->retries, fault});
  }
  if (IsLost(fault) && !ledger_->Pause(DelayBefore(retries, options_.retry))) {
    return false;
  }
  if (keeps) return true;
  session_.reset();
  participants_.Drop(/*environment=*/!by_model, /*model=*/by_model);
  return true;
}

absl::Status VectorLoop::Describe(const absl::Status& fault) const {
  constexpr int kNamed = 4;
  std::string episodes;
  int count = 0;
  int64_t retries = 0;
  for (const Seat& seat : seats_) {
    if (!seat.taken) continue;
    retries = std::max(retries, seat.episode.retries);
    if (++count > kNamed) continue;
    absl::StrAppend(&episodes, count > 1 ? ", " : "", seat.episode.index,
                    " (seed ", seat.episode.seed, ")");
  }
  if (count > kNamed) {
    absl::StrAppend(&episodes, " and ", count - kNamed, " more");
  }
  const bool aborted = ledger_->aborted();
  return WithMessage(
      fault, aborted ? absl::StatusCode::kCancelled : fault.code(),
      absl::StrCat(
          count == 1 ? "episode " : "episodes ", episodes,
          aborted ? (count == 1 ? " was interrupted" : " were interrupted")
                  : " failed",
          retries > 0 ? absl::StrCat(" after ", retries, " retries") : "", ": ",
          fault.message(), "; ", ledger_->finished(), " of ", options_.episodes,
          " episodes finished"));
}

}  // namespace rlmesh
