// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/join_streams.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rlmesh {
namespace {

// For tests that move the clock.
constexpr absl::Duration kLongestWait = absl::Seconds(10);
constexpr absl::Duration kShortestWait = absl::Milliseconds(10);

}  // namespace

absl::Status JoinStreamsOptions::Validate() const {
  const std::pair<const char*, absl::Duration> timeouts[] = {
      {"first_request_timeout", first_request_timeout},
      {"session_timeout", session_timeout}};
  for (const auto& [name, timeout] : timeouts) {
    if (timeout > absl::ZeroDuration()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is ", absl::FormatDuration(timeout),
                     "; it must be more than 0 (inf: for ever)"));
  }
  return absl::OkStatus();
}

JoinStreams::JoinStreams(JoinStreamsOptions options)
    : options_(std::move(options)) {
  Busy(0);
  if (std::min(options_.first_request_timeout, options_.session_timeout) !=
      absl::InfiniteDuration()) {
    watcher_ = std::thread([this] { Watch(); });
  }
}

JoinStreams::~JoinStreams() {
  CancelAll();
  AwaitIdle(absl::InfiniteFuture());
  {
    absl::MutexLock lock(&mu_);
    ending_ = true;
    changed_.SignalAll();
  }
  if (watcher_.joinable()) watcher_.join();
}

void JoinStreams::Add(JoinStream* stream) {
  Busy(0);
  {
    absl::MutexLock lock(&mu_);
    if (streams_.empty()) changed_.SignalAll();
    streams_.insert(stream);
    ++unburied_;
    if (draining_) stream->Drain();
  }
  stream->Start();
}

void JoinStreams::Forget(JoinStream* stream) {
  absl::MutexLock lock(&mu_);
  streams_.erase(stream);
}

void JoinStreams::Bury(std::unique_ptr<SerialThread> strand,
                       std::function<void()> end_session) {
  if (strand == nullptr) {
    end_session();
  } else {
    strand->Post(std::move(end_session));
    std::shared_ptr<SerialThread> ending = std::move(strand);
    undertaker_.Post(
        [ending = std::move(ending)]() mutable { ending.reset(); });
  }
  absl::MutexLock lock(&mu_);
  if (--unburied_ == 0) changed_.SignalAll();
}

void JoinStreams::Busy(int change) {
  last_request_.store(absl::ToUnixNanos(Now()), std::memory_order_relaxed);
  busy_.fetch_add(change, std::memory_order_release);
}

void JoinStreams::Drain() {
  absl::MutexLock lock(&mu_);
  draining_ = true;
  for (JoinStream* stream : streams_) stream->Drain();
}

void JoinStreams::CancelAll() {
  absl::MutexLock lock(&mu_);
  for (JoinStream* stream : streams_) stream->Cancel();
}

bool JoinStreams::AwaitIdle(absl::Time deadline) {
  absl::MutexLock lock(&mu_);
  while (unburied_ > 0 && !changed_.WaitUntil(&mu_, deadline)) {
  }
  return unburied_ == 0;
}

absl::Duration JoinStreams::IdleFor() const {
  if (busy_.load(std::memory_order_acquire) > 0) return absl::ZeroDuration();
  return Now() - absl::FromUnixNanos(last_request_.load());
}

void JoinStreams::Watch() {
  absl::MutexLock lock(&mu_);
  while (!ending_) {
    if (streams_.empty()) {
      changed_.Wait(&mu_);
      continue;
    }
    // Nobody who comes later can be late before this.
    absl::Duration wait = std::min({options_.first_request_timeout,
                                    options_.session_timeout, kLongestWait});
    for (JoinStream* stream : streams_) {
      wait = std::min(wait, stream->EndIfSilent());
    }
    // A short limit is kept to within kShortestWait.
    changed_.WaitUntil(&mu_, SteadyNow() + std::max(wait, kShortestWait));
  }
}

}  // namespace rlmesh
