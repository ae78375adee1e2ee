// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/progress.h"

#include "absl/strings/str_format.h"
#include "rlmesh/base/foreign_text.h"

namespace rlmesh {
namespace {

constexpr absl::Duration kRewriteEvery = absl::Milliseconds(100);
constexpr char kWipe[] = "\r\x1b[K";

}  // namespace

Progress::Progress(int64_t episodes, bool terminal, std::ostream* out,
                   const Clock* clock)
    : episodes_(episodes), terminal_(terminal), out_(out), clock_(clock) {}

void Progress::Show(int64_t episode, int64_t step, double reward) {
  const absl::Time now = clock_->Now();
  if (now < next_) return;
  next_ = now + kRewriteEvery;
  shown_ = true;
  *out_ << kWipe
        << absl::StrFormat("episode %d/%d  step %d  reward %g", episode + 1,
                           episodes_, step, reward)
        << std::flush;
}

absl::Status Progress::OnEpisodeStart(int64_t index, int64_t /*seed*/) {
  if (terminal_) Show(index, 0, 0);
  return absl::OkStatus();
}

absl::Status Progress::OnStep(const StepEvent& event) {
  if (terminal_) Show(event.episode, event.step, event.total_reward);
  return absl::OkStatus();
}

absl::Status Progress::OnRetry(const RetryEvent& event) {
  if (shown_) *out_ << kWipe;
  shown_ = false;
  *out_ << ForTerminal(absl::StrFormat("episode %d/%d  seed %d  retry %d: %s\n",
                                       event.episode + 1, episodes_, event.seed,
                                       event.retry, event.fault.message()))
        << std::flush;
  return absl::OkStatus();
}

absl::Status Progress::OnEpisodeEnd(const EpisodeResult& result) {
  if (terminal_) return absl::OkStatus();
  *out_ << absl::StrFormat("episode %d/%d  seed %d  %d steps  reward %g  %s\n",
                           result.index + 1, episodes_, result.seed,
                           result.steps, result.reward, NameOf(result.end))
        << std::flush;
  return absl::OkStatus();
}

absl::Status Progress::OnRunEnd(const RunResult& /*result*/) {
  if (shown_) *out_ << kWipe << std::flush;
  shown_ = false;
  return absl::OkStatus();
}

}  // namespace rlmesh
