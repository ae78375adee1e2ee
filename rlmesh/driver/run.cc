// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/run.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

// A cancelled call may begin just after it was interrupted: try again.
constexpr absl::Duration kInterruptEvery = absl::Milliseconds(20);

absl::Status Refuse(absl::string_view field, absl::string_view value,
                    absl::string_view rule) {
  return absl::InvalidArgumentError(
      absl::StrCat(field, " is ", value, "; ", rule));
}

// Short enough to be typed again, and any seed + i fits.
int64_t ChooseSeed() { return static_cast<int64_t>(RandomSeed() & 0x7fffffff); }

}  // namespace

absl::Status RunOptions::Validate() const {
  if (episodes < 0) {
    return Refuse("episodes", absl::StrCat(episodes), "it must be 0 or more");
  }
  if (seed && *seed < 0) {
    return Refuse("seed", absl::StrCat(*seed), "it must be 0 or more");
  }
  if (seed && episodes > 0 &&
      *seed > std::numeric_limits<int64_t>::max() - (episodes - 1)) {
    return Refuse("seed", absl::StrCat(*seed),
                  absl::StrCat("with ", episodes,
                               " episodes the last one's does not fit"));
  }
  if (max_episode_steps < 1) {
    return Refuse("max_episode_steps", absl::StrCat(max_episode_steps),
                  "it must be 1 or more");
  }
  if (max_episode_time <= absl::ZeroDuration()) {
    return Refuse("max_episode_time", absl::FormatDuration(max_episode_time),
                  "it must be above 0");
  }
  if (max_time <= absl::ZeroDuration()) {
    return Refuse("max_time", absl::FormatDuration(max_time),
                  "it must be above 0");
  }
  return session.Validate();
}

int64_t RunResult::total_steps() const {
  int64_t steps = 0;
  for (const EpisodeResult& episode : episodes) steps += episode.steps;
  return steps;
}

double RunResult::total_reward() const {
  double reward = 0;
  for (const EpisodeResult& episode : episodes) reward += episode.reward;
  return reward;
}

double RunResult::mean_reward() const {
  return episodes.empty() ? 0 : total_reward() / episodes.size();
}

int64_t RunResult::terminated() const {
  return std::count_if(episodes.begin(), episodes.end(),
                       [](const EpisodeResult& e) { return e.terminated; });
}

int64_t RunResult::truncated() const {
  return std::count_if(episodes.begin(), episodes.end(),
                       [](const EpisodeResult& e) { return e.truncated; });
}

Run::Run(Environment* environment, Model* model, RunOptions options)
    : environment_(environment), model_(model), options_(std::move(options)) {}

bool Run::cancelled() const {
  absl::MutexLock lock(&mu_);
  return cancelled_;
}

void Run::Cancel() {
  absl::MutexLock lock(&mu_);
  cancelled_ = true;
}

void Run::InterruptUntilDone() {
  absl::MutexLock lock(&mu_);
  auto cancelled_or_done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return cancelled_ || done_;
  };
  mu_.Await(absl::Condition(&cancelled_or_done));
  while (!done_) {
    mu_.Unlock();
    environment_->Cancel();
    model_->Cancel();
    mu_.Lock();
    mu_.AwaitWithTimeout(absl::Condition(&done_), kInterruptEvery);
  }
}

RunResult Run::Play() {
  RunResult result;
  result.status = options_.Validate();
  if (!result.status.ok()) return result;
  const absl::Time start = options_.clock->Now();
  result.seed = options_.seed ? *options_.seed : ChooseSeed();

  std::thread interrupter([this] { InterruptUntilDone(); });
  result.status = PlayEpisodes(&result);
  {
    absl::MutexLock lock(&mu_);
    done_ = true;
  }
  interrupter.join();

  result.duration =
      std::max(absl::ZeroDuration(), options_.clock->Now() - start);
  for (Hook* hook : options_.hooks) hook->OnRunEnd();
  return result;
}

absl::Status Run::PlayEpisodes(RunResult* result) {
  if (options_.episodes == 0) return absl::OkStatus();
  const absl::Time run_end = options_.clock->Now() + options_.max_time;
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<Session> session,
      Session::Create(environment_, model_, options_.session));
  for (int64_t i = 0; i < options_.episodes; ++i) {
    if (i > 0 && options_.clock->Now() >= run_end) break;
    EpisodeResult episode;
    episode.index = i;
    episode.seed = result->seed + i;
    absl::Status s = PlayEpisode(session.get(), run_end, &episode);
    if (!s.ok()) {
      absl::Status named(
          cancelled() ? absl::StatusCode::kCancelled : s.code(),
          absl::StrCat("episode ", i, " (seed ", episode.seed, ") ",
                       cancelled() ? "was interrupted" : "failed", " after ",
                       session->steps(), " steps: ", s.message(), "; ", i,
                       " of ", options_.episodes, " episodes finished"));
      SetErrorDetails(GetErrorDetails(s), &named);
      return named;
    }
    result->episodes.push_back(episode);
    for (Hook* hook : options_.hooks) {
      RLMESH_RETURN_IF_ERROR(hook->OnEpisodeEnd(episode));
    }
  }
  // All episodes are in hand: a model that fails to say goodbye spoils nothing.
  session->Close().IgnoreError();
  return absl::OkStatus();
}

absl::Status Run::PlayEpisode(Session* session, absl::Time run_end,
                              EpisodeResult* result) {
  if (cancelled()) return absl::CancelledError("cancelled");
  for (Hook* hook : options_.hooks) {
    RLMESH_RETURN_IF_ERROR(hook->OnEpisodeStart(result->index, result->seed));
  }
  RLMESH_RETURN_IF_ERROR(session->Reset(result->seed));
  const absl::Time start = options_.clock->Now();
  const absl::Time end = std::min(run_end, start + options_.max_episode_time);
  bool capped = false;
  while (!session->done() && !capped) {
    if (cancelled()) return absl::CancelledError("cancelled");
    if (options_.clock->Now() >= end) {
      result->end = EpisodeEnd::kTimeCap;
      capped = true;
      break;
    }
    RLMESH_RETURN_IF_ERROR(session->Advance());
    if (!session->done() && session->steps() >= options_.max_episode_steps) {
      result->end = EpisodeEnd::kStepCap;
      capped = true;
    }
    StepEvent event;
    event.episode = result->index;
    event.step = session->steps();
    event.action = session->action();
    event.observation = session->observation();
    event.reward = session->reward();
    event.total_reward = session->total_reward();
    event.terminated = session->terminated();
    event.truncated = session->truncated() || capped;
    for (Hook* hook : options_.hooks) {
      RLMESH_RETURN_IF_ERROR(hook->OnStep(event));
    }
  }
  result->duration =
      std::max(absl::ZeroDuration(), options_.clock->Now() - start);
  result->steps = session->steps();
  result->reward = session->total_reward();
  result->terminated = session->terminated();
  result->truncated = session->truncated() || capped;
  if (!capped) {
    result->end =
        result->terminated ? EpisodeEnd::kTerminated : EpisodeEnd::kTruncated;
  }
  if (result->steps > 0 && session->observation().has_infos) {
    result->success = SuccessOf(session->observation().infos);
  }
  return absl::OkStatus();
}

}  // namespace rlmesh
