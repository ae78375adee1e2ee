// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Whole episodes, to a result.

#ifndef RLMESH_DRIVER_RUN_H_
#define RLMESH_DRIVER_RUN_H_

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/driver/episode.h"
#include "rlmesh/driver/run_options.h"
#include "rlmesh/driver/run_result.h"
#include "rlmesh/driver/session.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/model/model.h"

namespace rlmesh {

// Plays episodes of one model on one environment. The same seed gives the same
// result, when environment and model keep that promise themselves.
//
// Environment, model and hooks are not owned; the two may be null when the
// journal has all the episodes. Play blocks until the end and is
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
  absl::Status Finish(const EpisodeResult& episode, RunResult* result);
  bool cancelled() const;
  void InterruptUntilDone();

  Environment* const environment_;
  Model* const model_;
  const RunOptions options_;
  absl::Time start_;
  absl::Duration before_;  // what the journal tells of time

  mutable absl::Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_RUN_H_
