// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/episode_ledger.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rlmesh/spaces/meta_rows.h"

namespace rlmesh {

using spaces::v1::MetaMap;

EpisodeLedger::EpisodeLedger(const EnvContract& contract, const Clock* clock)
    : mode_(contract.autoreset_mode),
      clock_(clock),
      lanes_(contract.num_envs) {}

void EpisodeLedger::Open(absl::Span<const std::string> ids, size_t position,
                         absl::optional<int64_t> seed, Lane* lane) const {
  lane->begun = lane->open = true;
  lane->rolls = false;
  lane->id = position < ids.size() ? ids[position] : std::string();
  lane->seed = seed;
  lane->steps = 0;
  lane->reward = 0;
  lane->start = clock_->Now();
}

env::v1::EpisodeMetadata EpisodeLedger::Finish(uint32_t index) {
  Lane& lane = lanes_[index];
  env::v1::EpisodeMetadata metadata;
  metadata.set_episode_id(lane.id);
  if (lane.seed.has_value()) metadata.set_seed(*lane.seed);
  metadata.set_env_index(index);
  metadata.set_step_count(lane.steps);
  metadata.set_cumulative_reward(lane.reward);
  metadata.set_start_timestamp_ns(absl::ToUnixNanos(lane.start));
  // The calendar may have been set back.
  metadata.set_end_timestamp_ns(
      absl::ToUnixNanos(std::max(lane.start, clock_->Now())));
  lane.open = false;
  return metadata;
}

void EpisodeLedger::Keep(env::v1::EpisodeMetadata metadata) {
  interrupted_.push_back(std::move(metadata));
  if (interrupted_.size() > kMaxInterrupted) interrupted_.pop_front();
}

void EpisodeLedger::RecordFailedStep(const StepRequest& request,
                                     const Transition& transition,
                                     absl::Span<const uint8_t> failed) {
  for (size_t i = 0; i < Width(request.lanes); ++i) {
    if (failed[i] != 0) continue;
    const uint32_t index = LaneAt(request.lanes, i);
    Lane& lane = lanes_[index];
    if (lane.rolls) {
      Open(request.episode_ids, i, absl::nullopt, &lane);
      continue;
    }
    if (!lane.open) continue;
    ++lane.steps;
    lane.reward += transition.rewards[i];
    if (!transition.terminated[i] && !transition.truncated[i]) continue;
    env::v1::EpisodeMetadata metadata = Finish(index);
    metadata.set_terminated(transition.terminated[i] != 0);
    metadata.set_truncated(transition.truncated[i] != 0);
    Keep(std::move(metadata));
    lane.rolls = mode_ == AutoresetMode::kNextStep;
  }
}

void EpisodeLedger::RecordReset(const ResetRequest& request) {
  for (size_t i = 0; i < Width(request.lanes); ++i) {
    const uint32_t index = LaneAt(request.lanes, i);
    if (lanes_[index].open) {
      env::v1::EpisodeMetadata metadata = Finish(index);
      metadata.set_truncated(true);
      Keep(std::move(metadata));
    }
    absl::optional<int64_t> seed;
    if (i < request.seeds.size()) seed = request.seeds[i];
    Open(request.episode_ids, i, seed, &lanes_[index]);
  }
}

absl::Status EpisodeLedger::CheckStep(absl::Span<const uint32_t> lanes) const {
  for (size_t i = 0; i < Width(lanes); ++i) {
    if (lanes_[LaneAt(lanes, i)].begun) continue;
    if (lanes_.size() == 1) {
      return absl::FailedPreconditionError(
          "step: no episode has begun; reset the environment first");
    }
    return absl::FailedPreconditionError(
        absl::StrCat("step: no episode has begun in lane ", LaneAt(lanes, i),
                     "; reset it first"));
  }
  return absl::OkStatus();
}

absl::Status EpisodeLedger::RecordStep(const StepRequest& request,
                                       const Transition& transition,
                                       const MetaMap* infos,
                                       Episodes* completed) {
  const size_t width = Width(request.lanes);
  for (size_t i = 0; i < width; ++i) {
    if (!lanes_[LaneAt(request.lanes, i)].rolls) continue;
    if (transition.rewards[i] == 0 && !transition.terminated[i] &&
        !transition.truncated[i]) {
      continue;
    }
    return absl::InternalError(
        absl::StrCat("NEXT_STEP lane ", LaneAt(request.lanes, i),
                     " began an episode with reward ", transition.rewards[i],
                     " or a flag; the step after an end must have neither"));
  }
  for (env::v1::EpisodeMetadata& metadata : interrupted_) {
    *completed->Add() = std::move(metadata);
  }
  interrupted_.clear();
  for (size_t i = 0; i < width; ++i) {
    const uint32_t index = LaneAt(request.lanes, i);
    Lane& lane = lanes_[index];
    if (lane.rolls) {
      Open(request.episode_ids, i, absl::nullopt, &lane);
      continue;
    }
    if (!lane.open) continue;  // stepped after its end: not counted
    ++lane.steps;
    lane.reward += transition.rewards[i];
    if (!transition.terminated[i] && !transition.truncated[i]) continue;
    env::v1::EpisodeMetadata* metadata = completed->Add();
    *metadata = Finish(index);
    metadata->set_terminated(transition.terminated[i] != 0);
    metadata->set_truncated(transition.truncated[i] != 0);
    if (infos != nullptr) {
      *metadata->mutable_final_info() = FinalInfo(*infos, i, width);
    }
    lane.rolls = mode_ == AutoresetMode::kNextStep;
  }
  return absl::OkStatus();
}

void EpisodeLedger::RecordClose(Episodes* final_episodes) {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    if (!lanes_[i].open) continue;
    *final_episodes->Add() = Finish(i);
    (final_episodes->end() - 1)->set_truncated(true);
  }
}

}  // namespace rlmesh
