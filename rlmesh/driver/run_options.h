// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a run is to do.

#ifndef RLMESH_DRIVER_RUN_OPTIONS_H_
#define RLMESH_DRIVER_RUN_OPTIONS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/driver/hook.h"
#include "rlmesh/driver/journal.h"
#include "rlmesh/driver/session.h"

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
  // Where finished episodes are written down; those it holds already are not
  // played again. Its seed and number of episodes must be these ones. Not
  // owned; null: none.
  Journal* journal = nullptr;
  // Whether the run ends when the journal cannot be written.
  bool needs_journal = true;
  const Clock* clock = Clock::Real();

  // InvalidArgument names the field and its value.
  absl::Status Validate() const;
};

// A seed for who has none: short enough to be typed again, and any seed + i
// fits.
int64_t ChooseSeed();

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_RUN_OPTIONS_H_
