// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a run has to say about an episode.

#ifndef RLMESH_DRIVER_EPISODE_H_
#define RLMESH_DRIVER_EPISODE_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace rlmesh {

// Why an episode is over. The first two are the environment's word, the caps
// are the run's.
enum class EpisodeEnd { kTerminated, kTruncated, kStepCap, kTimeCap };

// "terminated", "truncated", "step cap", "time cap".
absl::string_view NameOf(EpisodeEnd end);

// The end of that name; nothing for other texts.
absl::optional<EpisodeEnd> EpisodeEndOf(absl::string_view name);

// A finished episode. Value type.
struct EpisodeResult {
  int64_t index = 0;  // from 0
  int64_t seed = 0;   // of its reset
  int64_t steps = 0;
  double reward = 0;  // sum
  EpisodeEnd end = EpisodeEnd::kTerminated;
  // Both may be set: a pole that falls at the last step. Caps count as
  // truncated.
  bool terminated = false;
  bool truncated = false;
  // What the final infos say (is_success, success, task_success), never
  // inferred from `terminated`.
  absl::optional<bool> success;
  // From the first observation to the end.
  absl::Duration duration;
  // How often it was begun anew after a fault.
  int64_t retries = 0;
  // Which trial of the environment it is, whether or not that was told.
  int64_t trial = 0;
  // Means over its steps; nothing without a step, or from a journal.
  absl::optional<absl::Duration> predict_time;
  absl::optional<absl::Duration> step_time;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_EPISODE_H_
