// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Whole episodes, to a result.

#ifndef RLMESH_DRIVER_RUN_H_
#define RLMESH_DRIVER_RUN_H_

#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/driver/episode.h"
#include "rlmesh/driver/hook.h"
#include "rlmesh/driver/session.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/model/model.h"

namespace rlmesh {

struct RunOptions {
  // How many to play; 0 plays none.
  int64_t episodes = 1;
  // Episode i is reset with seed + i. Without one, a seed is chosen (and told
  // in the result). 0 or more, as Gymnasium demands.
  absl::optional<int64_t> seed;
  // An episode is truncated after so many steps, or before the first step that
  // would begin so late. 1 or more; more than zero.
  int64_t max_episode_steps = 100000;
  absl::Duration max_episode_time = absl::InfiniteDuration();
  // Of the whole run: the episode in hand is truncated, no other begins.
  absl::Duration max_time = absl::InfiniteDuration();
  SessionOptions session;
  // Not owned; called in order.
  std::vector<Hook*> hooks;
  const Clock* clock = Clock::Real();

  // InvalidArgument names the field and its value.
  absl::Status Validate() const;
};

// What came of a run, also when it failed: finished episodes are never lost.
struct RunResult {
  // OK when the budget of episodes or of time is used up; else the fault, with
  // the episode it hit. Cancelled after Cancel.
  absl::Status status;
  int64_t seed = 0;  // of episode 0
  std::vector<EpisodeResult> episodes;
  absl::Duration duration;  // of it all

  int64_t total_steps() const;
  double total_reward() const;
  double mean_reward() const;  // 0 when empty
  int64_t terminated() const;  // how many episodes
  int64_t truncated() const;
};

// Plays episodes of one model on one environment. The same seed gives the same
// result, when environment and model keep that promise themselves.
//
// Environment, model and hooks are not owned. Play blocks until the end and is
// called once; Cancel may come from any thread, at any time.
//
// Example:
//   RunOptions options;
//   options.episodes = 5;
//   options.seed = 7;
//   RunResult result = Run(env, model, options).Play();
//   std::cout << FormatTable(result);
class Run {
 public:
  Run(Environment* environment, Model* model, RunOptions options);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  RunResult Play();

  // Interrupts the call that runs and ends the run; Play returns soon, with
  // what was finished. Does not block. Not async-signal-safe.
  void Cancel();

 private:
  absl::Status PlayEpisodes(RunResult* result);
  absl::Status PlayEpisode(Session* session, absl::Time run_end,
                           EpisodeResult* result);
  bool cancelled() const;
  void InterruptUntilDone();

  Environment* const environment_;
  Model* const model_;
  const RunOptions options_;

  mutable absl::Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_RUN_H_
