// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/run.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

// A cancelled call may begin just after it was interrupted: try again.
constexpr absl::Duration kInterruptEvery = absl::Milliseconds(20);

}  // namespace

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
  start_ = options_.clock->Now();
  result.seed = options_.seed ? *options_.seed : ChooseSeed();
  if (options_.journal != nullptr) {
    for (const JournalEntry& entry : options_.journal->entries()) {
      result.episodes.push_back(entry.episode);
      before_ = std::max(before_, entry.elapsed);
    }
    result.resumed = result.episodes.size();
  }

  std::thread interrupter([this] { InterruptUntilDone(); });
  result.status = PlayEpisodes(&result);
  {
    absl::MutexLock lock(&mu_);
    done_ = true;
  }
  interrupter.join();

  result.duration =
      before_ + std::max(absl::ZeroDuration(), options_.clock->Now() - start_);
  std::sort(result.episodes.begin(), result.episodes.end(),
            [](const EpisodeResult& a, const EpisodeResult& b) {
              return a.index < b.index;
            });
  for (Hook* hook : options_.hooks) hook->OnRunEnd();
  return result;
}

absl::Status Run::PlayEpisodes(RunResult* result) {
  std::vector<bool> finished(options_.episodes);
  for (const EpisodeResult& e : result->episodes) finished[e.index] = true;
  if (result->resumed == options_.episodes) return absl::OkStatus();
  const absl::Time run_end = start_ + options_.max_time;
  bool first = true;
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<Session> session,
      Session::Create(environment_, model_, options_.session));
  for (int64_t i = 0; i < options_.episodes; ++i) {
    if (finished[i]) continue;
    if (!first && options_.clock->Now() >= run_end) break;
    first = false;
    EpisodeResult episode;
    episode.index = i;
    episode.seed = result->seed + i;
    absl::Status s = PlayEpisode(session.get(), run_end, &episode);
    if (!s.ok()) {
      absl::Status named(
          cancelled() ? absl::StatusCode::kCancelled : s.code(),
          absl::StrCat("episode ", i, " (seed ", episode.seed, ") ",
                       cancelled() ? "was interrupted" : "failed", " after ",
                       session->steps(), " steps: ", s.message(), "; ",
                       result->episodes.size(), " of ", options_.episodes,
                       " episodes finished"));
      SetErrorDetails(GetErrorDetails(s), &named);
      return named;
    }
    RLMESH_RETURN_IF_ERROR(Finish(episode, result));
  }
  // All episodes are in hand: a model that fails to say goodbye spoils nothing.
  session->Close().IgnoreError();
  return absl::OkStatus();
}

absl::Status Run::Finish(const EpisodeResult& episode, RunResult* result) {
  result->episodes.push_back(episode);
  if (options_.journal != nullptr && result->journal_status.ok()) {
    result->journal_status = options_.journal->Append(
        {episode, before_ + std::max(absl::ZeroDuration(),
                                     options_.clock->Now() - start_)});
    if (options_.needs_journal && !result->journal_status.ok()) {
      return result->journal_status;
    }
  }
  for (Hook* hook : options_.hooks) {
    RLMESH_RETURN_IF_ERROR(hook->OnEpisodeEnd(episode));
  }
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
