// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What looks on while a run plays.

#ifndef RLMESH_DRIVER_HOOK_H_
#define RLMESH_DRIVER_HOOK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "rlmesh/driver/episode.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// One step, borrowed for the call.
struct StepEvent {
  int64_t episode;          // index
  int64_t step;             // from 1
  ValueView action;         // what was done
  Observation observation;  // what came of it
  double reward;            // of this step
  double total_reward;      // of the episode so far
  bool terminated;
  bool truncated;  // also when a cap ends the episode here
};

// Called in order, from the thread that plays: start, steps, end of each
// episode. An episode that a fault interrupts has no end. A hook that returns
// an error stops the run with it. Keep calls short: the run waits for them.
//
// Example:
//   class Count : public Hook {
//     absl::Status OnStep(const StepEvent&) override { ++steps; return {}; }
//   };
class Hook {
 public:
  virtual ~Hook() = default;

  virtual absl::Status OnEpisodeStart(int64_t /*index*/, int64_t /*seed*/) {
    return absl::OkStatus();
  }
  virtual absl::Status OnStep(const StepEvent& /*event*/) {
    return absl::OkStatus();
  }
  virtual absl::Status OnEpisodeEnd(const EpisodeResult& /*result*/) {
    return absl::OkStatus();
  }
  // Exactly once, also after a fault; nothing can be stopped any more.
  virtual void OnRunEnd() {}
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_HOOK_H_
