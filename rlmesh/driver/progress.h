// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a run shows while it plays.

#ifndef RLMESH_DRIVER_PROGRESS_H_
#define RLMESH_DRIVER_PROGRESS_H_

#include <cstdint>
#include <ostream>

#include "absl/time/time.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/driver/hook.h"

namespace rlmesh {

// Writes progress to `out` (standard error, so that results stay clean). On a
// terminal: one line that is rewritten at most ten times a second and wiped at
// the end. Elsewhere: a line for each finished episode. A retry is a line
// everywhere.
//
// Example:
//   Progress progress(options.episodes, isatty(STDERR_FILENO), &std::cerr);
//   options.hooks.push_back(&progress);
class Progress : public Hook {
 public:
  // `out` and `clock` are not owned.
  Progress(int64_t episodes, bool terminal, std::ostream* out,
           const Clock* clock = Clock::Monotonic());

  bool reads_observations() const override { return false; }
  absl::Status OnEpisodeStart(int64_t index, int64_t seed) override;
  absl::Status OnStep(const StepEvent& event) override;
  absl::Status OnRetry(const RetryEvent& event) override;
  absl::Status OnEpisodeEnd(const EpisodeResult& result) override;
  absl::Status OnRunEnd(const RunResult& result) override;

 private:
  void Show(int64_t episode, int64_t step, double reward);

  const int64_t episodes_;
  const bool terminal_;
  std::ostream* const out_;
  const Clock* const clock_;
  absl::Time next_ = absl::InfinitePast();  // when to rewrite the line
  bool shown_ = false;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_PROGRESS_H_
