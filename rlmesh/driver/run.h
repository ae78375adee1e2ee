// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Whole episodes, to a result.

#ifndef RLMESH_DRIVER_RUN_H_
#define RLMESH_DRIVER_RUN_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "rlmesh/driver/model_factory.h"
#include "rlmesh/driver/run_ledger.h"
#include "rlmesh/driver/run_options.h"
#include "rlmesh/driver/run_result.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/model/model.h"

namespace rlmesh {

// Plays episodes of one model on one environment, in all of its lanes, or of
// several of each side by side. The same seed gives the same result, whatever
// the number of sessions, when environment and model keep that promise
// themselves.
//
// Nothing is owned. Play blocks until the end and is called once; Cancel may
// come from any thread, at any time.
//
// Example:
//   RunOptions options;
//   options.episodes = 5;
//   options.seed = 7;
//   RunResult result = Run(env, model, options).Play();
//   std::cout << FormatTable(result);
class Run {
 public:
  // With what exists: a fault that they do not get over themselves ends the
  // run, and several sessions cannot be. Both may be null when the journal has
  // all the episodes.
  Run(Environment* environment, Model* model, RunOptions options);
  // With as many as it takes.
  Run(EnvironmentFactory* environments, ModelFactory* models,
      RunOptions options);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  RunResult Play();

  // Interrupts the calls that run and ends the run; Play returns soon, with
  // what was finished. Does not block. Not async-signal-safe.
  void Cancel();

 private:
  absl::Status Check() const;
  void PlaySessions(RunLedger* ledger);

  std::unique_ptr<EnvironmentFactory> borrowed_environment_;
  std::unique_ptr<ModelFactory> borrowed_model_;
  EnvironmentFactory* const environments_;
  ModelFactory* const models_;
  const RunOptions options_;

  absl::Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  RunLedger* ledger_ ABSL_GUARDED_BY(mu_) = nullptr;  // while it plays
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_RUN_H_
