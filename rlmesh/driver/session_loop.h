// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// One session of a run, through faults.

#ifndef RLMESH_DRIVER_SESSION_LOOP_H_
#define RLMESH_DRIVER_SESSION_LOOP_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/driver/episode.h"
#include "rlmesh/driver/model_factory.h"
#include "rlmesh/driver/run_ledger.h"
#include "rlmesh/driver/run_options.h"
#include "rlmesh/driver/session.h"
#include "rlmesh/driver/telemetry.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/model/model.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// Plays the episodes that the ledger hands out, one after the other, with an
// environment and a model of its own, and gets others when these are lost. What
// it is told in the end is told to the ledger. Play belongs to one thread;
// Interrupt comes from any.
//
// Example:
//   SessionLoop loop(&environments, &models, options, &ledger);
//   loop.Play();
class SessionLoop {
 public:
  // Nothing is owned; all must outlive this.
  SessionLoop(EnvironmentFactory* environments, ModelFactory* models,
              const RunOptions& options, RunLedger* ledger);
  // Not movable: Interrupt refers to it.
  SessionLoop(const SessionLoop&) = delete;
  SessionLoop& operator=(const SessionLoop&) = delete;

  // Until the ledger has no more. Blocks.
  void Play();

  // Makes the call that runs end soon. Repeat it: the next call may just begin.
  void Interrupt();

 private:
  // With its retries.
  absl::Status PlayEpisode(EpisodeResult* result);
  absl::Status Attempt(EpisodeResult* result);
  absl::Status Advance(EpisodeResult* result, bool* capped);

  // Makes what is missing of environment, model and session. `again`: tries
  // for as long as the options allow.
  absl::Status MakeReady(bool again);
  absl::Status MakeOnce();
  // Gives up what the fault spoilt.
  void DropSpoilt(const absl::Status& fault);
  void Drop(bool environment, bool model);

  EnvironmentFactory* const environments_;
  ModelFactory* const models_;
  const RunOptions& options_;
  RunLedger* const ledger_;
  bool copies_observations_ = false;

  Cancellation cancellation_;
  absl::Mutex mu_;  // guards who the two are, not what they do
  std::shared_ptr<Environment> environment_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<Model> model_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Session> session_;  // uses both
  bool was_ready_ = false;
  bool was_kept_ = false;  // an environment, after the fault before this one

  std::unique_ptr<Telemetry> telemetry_;  // null: nobody asks
  absl::Time last_step_;
  ValueBuffer observation_;
  absl::Duration predict_time_;  // of the episode
  absl::Duration step_time_;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_SESSION_LOOP_H_
