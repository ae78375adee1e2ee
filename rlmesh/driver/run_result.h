// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What came of a run.

#ifndef RLMESH_DRIVER_RUN_RESULT_H_
#define RLMESH_DRIVER_RUN_RESULT_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rlmesh/driver/episode.h"
#include "rlmesh/driver/telemetry.h"

namespace rlmesh {

// Also of a run that failed: finished episodes are never lost.
struct RunResult {
  // OK when the budget of episodes or of time is used up; else the fault, with
  // the episode it hit. Cancelled after Cancel.
  absl::Status status;
  // With OnFault::kReturn, the fault that ended the run: the status is OK then.
  absl::Status fault;
  int64_t seed = 0;  // of episode 0
  // The finished ones by index, those of the journal included.
  std::vector<EpisodeResult> episodes;
  absl::Duration duration;  // of it all, what the journal tells of included
  int64_t resumed = 0;      // how many episodes came from the journal
  // Where the time of this process's episodes went, when that was asked for.
  std::vector<TelemetryRow> telemetry;
  // Why the journal was given up, where the run may do without.
  absl::Status journal_status;

  int64_t total_steps() const;
  double total_reward() const;
  double mean_reward() const;  // 0 when empty
  int64_t terminated() const;  // how many episodes
  int64_t truncated() const;
  int64_t retries() const;  // how often an episode was begun anew
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_RUN_RESULT_H_
