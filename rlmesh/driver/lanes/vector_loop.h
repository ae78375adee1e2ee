// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// One session of a run, on an environment of several lanes.

#ifndef RLMESH_DRIVER_LANES_VECTOR_LOOP_H_
#define RLMESH_DRIVER_LANES_VECTOR_LOOP_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rlmesh/driver/episode.h"
#include "rlmesh/driver/episode_loop.h"
#include "rlmesh/driver/hook.h"
#include "rlmesh/driver/lanes/vector_session.h"
#include "rlmesh/driver/model_factory.h"
#include "rlmesh/driver/run_ledger.h"
#include "rlmesh/driver/run_options.h"
#include "rlmesh/driver/sides/participants.h"
#include "rlmesh/driver/telemetry.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// Plays an episode in each lane, and the next one in a lane that is free, as
// SessionLoop plays them one after the other: the same seeds, caps, retries and
// calls of the hooks, those of different episodes interleaved. An episode
// begins in the lowest free lane; see VectorSession for when lanes are free.
//
// A fault of the environment costs the episodes of all lanes that were stepped:
// what the others did in that step is lost with it. They begin anew together,
// and the fault counts as a retry of each.
//
// Example:
//   VectorLoop loop(&environments, &models, options, &ledger);
//   loop.Play();
class VectorLoop : public EpisodeLoop {
 public:
  // Nothing is owned; all must outlive this.
  VectorLoop(EnvironmentFactory* environments, ModelFactory* models,
             const RunOptions& options, RunLedger* ledger);

  void Play() override;
  void Interrupt() override { participants_.Interrupt(); }

 private:
  // What sits in a lane.
  struct Seat {
    bool taken = false;
    bool is_told = false;  // the hooks know that it begins
    bool plays = false;    // has begun, and no fault has ended it
    EpisodeResult episode;
    absl::Time start, end;
    absl::Duration predict_time, step_time;
    ValueBuffer observation;  // before the step, for hooks
  };

  // Until nothing is left to play, or a fault.
  absl::Status PlayOn();
  // Gives free seats to episodes: whether any is in hand.
  bool TakeSeats();
  absl::Status BeginSeats();
  void EndLateSeats();
  absl::Status Advance();
  void TellStep(uint32_t lane, bool capped);
  void EndSeat(uint32_t lane, EpisodeEnd end);
  // Of the last step, serialized; empty where there are none.
  MetaBytes InfosOf(uint32_t lane);

  absl::Status MakeReady(bool again);
  // Makes ready for another try of what the fault ended; false when there is
  // none.
  bool Recover(const absl::Status& fault);
  absl::Status Describe(const absl::Status& fault) const;

  const RunOptions& options_;
  RunLedger* const ledger_;
  bool copies_values_ = false;

  Participants participants_;
  std::unique_ptr<VectorSession> session_;  // uses both
  bool could_be_made_ = true;

  std::vector<Seat> seats_;  // by lane
  bool ledger_is_empty_ = false;

  std::unique_ptr<Telemetry> telemetry_;  // null: nobody asks
  absl::Time last_step_;

  // Reused.
  std::vector<LaneStart> starts_;
  std::vector<uint32_t> round_;
  absl::Duration predicted_, stepped_;  // of the last step
  ValueBuffer action_, next_;
  MetaBytes infos_;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_LANES_VECTOR_LOOP_H_
