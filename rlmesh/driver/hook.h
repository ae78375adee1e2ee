// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What looks on while a run plays.

#ifndef RLMESH_DRIVER_HOOK_H_
#define RLMESH_DRIVER_HOOK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rlmesh/driver/episode.h"
#include "rlmesh/driver/run_result.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// What a run is about to do.
struct RunStart {
  const EnvContract* contract;  // borrowed for the call
  int64_t episodes;
  int64_t seed;      // of episode 0
  int64_t finished;  // how many the journal has
};

// One step, borrowed for the call.
struct StepEvent {
  int64_t episode;        // index
  int64_t seed;           // of the episode
  int64_t step;           // from 1
  ValueView observation;  // what the action came from
  ValueView action;       // what was done
  Observation next;       // what came of it, with the step's infos
  double reward;          // of this step
  double total_reward;    // of the episode so far
  bool terminated;
  bool truncated;               // also when a cap ends the episode here
  absl::Duration predict_time;  // next to nothing for a replayed action
  absl::Duration step_time;
};

// An episode that is begun anew: its steps come from the first one again.
struct RetryEvent {
  int64_t episode;
  int64_t seed;
  int64_t retry;  // from 1
  absl::Status fault;
};

// Called in order: the run's start, then for each episode its start, steps and
// end, then the run's end. On several lanes the episodes interleave; in a run
// of several sessions too, and the calls come from several threads, one at a
// time. What a lane does between its episodes is not told. An
// episode that a fault ends has no end. A hook that returns an error stops the
// run with it. Keep calls short: the run waits for them.
//
// Example:
//   class Count : public Hook {
//     absl::Status OnStep(const StepEvent&) override { ++steps; return {}; }
//   };
class Hook {
 public:
  virtual ~Hook() = default;

  // Whether it reads StepEvent::observation, which costs a copy a step; for
  // others it may be empty. On lanes the same goes for the action and for what
  // came of it.
  virtual bool reads_observations() const { return true; }

  // When the first session has its environment and its model.
  virtual absl::Status OnRunStart(const RunStart& /*start*/) {
    return absl::OkStatus();
  }
  virtual absl::Status OnEpisodeStart(int64_t /*index*/, int64_t /*seed*/) {
    return absl::OkStatus();
  }
  virtual absl::Status OnStep(const StepEvent& /*event*/) {
    return absl::OkStatus();
  }
  virtual absl::Status OnRetry(const RetryEvent& /*event*/) {
    return absl::OkStatus();
  }
  virtual absl::Status OnEpisodeEnd(const EpisodeResult& /*result*/) {
    return absl::OkStatus();
  }
  // Exactly once, also after a fault or Cancel. Its error is the run's where
  // that had none.
  virtual absl::Status OnRunEnd(const RunResult& /*result*/) {
    return absl::OkStatus();
  }
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_HOOK_H_
