// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// One session of a run, through faults.

#ifndef RLMESH_DRIVER_SESSION_LOOP_H_
#define RLMESH_DRIVER_SESSION_LOOP_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rlmesh/driver/episode.h"
#include "rlmesh/driver/episode_loop.h"
#include "rlmesh/driver/model_factory.h"
#include "rlmesh/driver/run_ledger.h"
#include "rlmesh/driver/run_options.h"
#include "rlmesh/driver/session.h"
#include "rlmesh/driver/sides/participants.h"
#include "rlmesh/driver/telemetry.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// Plays one episode after the other, with an environment of one lane and a
// model of its own, and gets others when these are lost.
//
// Example:
//   SessionLoop loop(&environments, &models, options, &ledger);
//   loop.Play();
class SessionLoop : public EpisodeLoop {
 public:
  // Nothing is owned; all must outlive this.
  SessionLoop(EnvironmentFactory* environments, ModelFactory* models,
              const RunOptions& options, RunLedger* ledger);

  void Play() override;
  void Interrupt() override { participants_.Interrupt(); }

 private:
  // With its retries.
  absl::Status PlayEpisode(EpisodeResult* result);
  absl::Status Attempt(EpisodeResult* result);
  absl::Status Advance(EpisodeResult* result, bool* capped);

  // Makes what is missing of environment, model and session.
  absl::Status MakeReady(bool again);
  // Gives up what the fault spoilt.
  void DropSpoilt(const absl::Status& fault);

  const RunOptions& options_;
  RunLedger* const ledger_;
  bool copies_observations_ = false;

  Participants participants_;
  std::unique_ptr<Session> session_;  // uses both
  bool was_ready_ = false;

  std::unique_ptr<Telemetry> telemetry_;  // null: nobody asks
  absl::Time last_step_;
  ValueBuffer observation_;
  absl::Duration predict_time_;  // of the episode
  absl::Duration step_time_;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_SESSION_LOOP_H_
