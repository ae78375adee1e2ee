// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/run_ledger.h"

#include <algorithm>
#include <utility>

#include "rlmesh/base/clock.h"

namespace rlmesh {

RunLedger::RunLedger(const RunOptions& options, int64_t seed)
    : options_(options),
      seed_(seed),
      start_(options.clock->Now()),
      run_end_(start_ + options.max_time) {
  result_.seed = seed;
  if (options.journal == nullptr) return;
  for (const JournalEntry& entry : options.journal->entries()) {
    resumed_.insert(entry.episode.index);
    result_.episodes.push_back(entry.episode);
    result_.episodes.back().trial =
        options.trial_index_base + entry.episode.index;
    before_ = std::max(before_, entry.elapsed);
  }
  result_.resumed = result_.episodes.size();
}

absl::Duration RunLedger::Elapsed() const {
  // The clock may have been set back.
  return before_ +
         std::max(absl::ZeroDuration(), options_.clock->Now() - start_);
}

absl::optional<int64_t> RunLedger::TakeEpisode() {
  const bool late = options_.clock->Now() >= run_end_;
  absl::MutexLock lock(&mu_);
  while (resumed_.count(next_) > 0) ++next_;
  if (over_ || stop_ || next_ >= options_.episodes || (late && !first_)) {
    return absl::nullopt;
  }
  first_ = false;
  return next_++;
}

template <typename Call>
void RunLedger::CallHooks(const Call& call) {
  if (options_.hooks.empty()) return;
  absl::MutexLock lock(&hooks_mu_);
  CallHooksLocked(call);
}

template <typename Call>
void RunLedger::CallHooksLocked(const Call& call) {
  for (Hook* hook : options_.hooks) {
    // Of a run that is over, nothing more is told.
    if (aborted()) return;
    if (absl::Status s = call(hook); !s.ok()) Abort(s);
  }
}

void RunLedger::OnRunStart(const EnvContract& contract) {
  RunStart start = {&contract, options_.episodes, seed_, finished()};
  // Under one lock: no other session's episode is told before.
  absl::MutexLock lock(&hooks_mu_);
  if (std::exchange(started_, true)) return;
  CallHooksLocked([&](Hook* hook) { return hook->OnRunStart(start); });
}

bool RunLedger::started() const {
  absl::MutexLock lock(&hooks_mu_);
  return started_;
}

void RunLedger::OnEpisodeStart(int64_t index, int64_t seed) {
  CallHooks([&](Hook* hook) { return hook->OnEpisodeStart(index, seed); });
}

void RunLedger::OnStep(const StepEvent& event) {
  CallHooks([&](Hook* hook) { return hook->OnStep(event); });
}

void RunLedger::OnRetry(const RetryEvent& event) {
  CallHooks([&](Hook* hook) { return hook->OnRetry(event); });
}

void RunLedger::Finish(const EpisodeResult& episode) {
  bool has_journal = options_.journal != nullptr;
  {
    absl::MutexLock lock(&mu_);
    result_.episodes.push_back(episode);
    has_journal &= result_.journal_status.ok();
  }
  if (has_journal) {
    absl::Status written = options_.journal->Append({episode, Elapsed()});
    if (!written.ok()) {
      {
        absl::MutexLock lock(&mu_);
        result_.journal_status = written;
      }
      if (options_.needs_journal) Abort(written);
    }
  }
  CallHooks([&](Hook* hook) { return hook->OnEpisodeEnd(episode); });
}

bool RunLedger::MayRetry(int64_t retries) {
  if (options_.on_fault != OnFault::kRetry) return false;
  absl::MutexLock lock(&mu_);
  if (stop_ || over_ || retries >= options_.retry.per_episode ||
      retries_ >= options_.retry.total) {
    return false;
  }
  ++retries_;
  return true;
}

bool RunLedger::Pause(absl::Duration delay) {
  const absl::Time end = SteadyNow() + delay;
  absl::MutexLock lock(&mu_);
  while (!stop_ && !changed_.WaitUntil(&mu_, end)) {
  }
  return !stop_;
}

void RunLedger::Fail(const absl::Status& fault) {
  absl::MutexLock lock(&mu_);
  over_ = true;
  if (stop_) {
    // Who was cancelled says more than that.
    if (absl::IsCancelled(result_.status) && absl::IsCancelled(fault) &&
        !std::exchange(named_, true)) {
      result_.status = fault;
    }
    return;
  }
  absl::Status* const status =
      options_.on_fault == OnFault::kReturn ? &result_.fault : &result_.status;
  if (status->ok()) *status = fault;
}

void RunLedger::Abort(const absl::Status& status) {
  absl::MutexLock lock(&mu_);
  over_ = true;
  // What the sessions say when they are cut off is none of the reasons.
  if (!std::exchange(stop_, true) && result_.status.ok()) {
    result_.status = status;
  }
  aborted_.store(true, std::memory_order_release);
  changed_.SignalAll();
}

void RunLedger::Enter() {
  absl::MutexLock lock(&mu_);
  ++sessions_;
}

void RunLedger::Leave() {
  absl::MutexLock lock(&mu_);
  --sessions_;
  changed_.SignalAll();
}

bool RunLedger::AwaitAbort() {
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stop_ || sessions_ == 0;
  };
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(&ready));
  return sessions_ > 0;
}

bool RunLedger::AwaitEnd(absl::Duration timeout) {
  const absl::Time end = SteadyNow() + timeout;
  absl::MutexLock lock(&mu_);
  while (sessions_ > 0 && !changed_.WaitUntil(&mu_, end)) {
  }
  return sessions_ == 0;
}

int64_t RunLedger::finished() const {
  absl::MutexLock lock(&mu_);
  return result_.episodes.size();
}

void RunLedger::AddTelemetry(const Telemetry& telemetry) {
  absl::MutexLock lock(&mu_);
  telemetry_.Merge(telemetry);
}

RunResult RunLedger::TakeResult() {
  absl::MutexLock lock(&mu_);
  result_.telemetry = telemetry_.Rows();
  result_.duration = Elapsed();
  std::sort(result_.episodes.begin(), result_.episodes.end(),
            [](const EpisodeResult& a, const EpisodeResult& b) {
              return a.index < b.index;
            });
  return std::move(result_);
}

}  // namespace rlmesh
