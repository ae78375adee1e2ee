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

// What becomes of a run when an environment or a model fails. In every case the
// finished episodes are in its result.
enum class OnFault {
  kRaise,   // the fault is the result's status
  kReturn,  // the result's status is OK, the fault is beside it
  kRetry,   // the episode in hand begins anew, with the same seed
};

// How stubbornly episodes are begun anew. An environment that says that it can
// go on is reset; one that cannot, or was lost, is replaced by another one of
// its factory, a model likewise.
struct RetryOptions {
  // How often one episode begins anew, and all of them together. 0: never.
  int64_t per_episode = 3;
  int64_t total = 1000;
  // After a lost connection: the first wait, doubled from try to try up to the
  // longest one. More than zero.
  absl::Duration first_delay = absl::Milliseconds(100);
  absl::Duration longest_delay = absl::Seconds(5);
  // How long to try to get an environment or a model again.
  absl::Duration reconnect_timeout = absl::Seconds(60);
};

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
  OnFault on_fault = OnFault::kRaise;
  RetryOptions retry;
  // How many sessions play at the same time, each with an environment of its
  // own, 1 to 64. The episodes are the same whatever it is; their hooks
  // interleave.
  int parallel = 1;
  // Episode i is trial trial_index_base + i: told to environments that want to
  // know (spec section 5.9). 0 or more.
  int64_t trial_index_base = 0;
  // Whether the result tells where the time went.
  bool telemetry = false;
  // Not owned; called in order.
  std::vector<Hook*> hooks;
  // Where finished episodes are written down; those it holds already are not
  // played again. Its seed and number of episodes must be these ones. Not
  // owned; null: none.
  Journal* journal = nullptr;
  // Whether the run ends when the journal cannot be written.
  bool needs_journal = true;
  const Clock* clock = Clock::Monotonic();

  // InvalidArgument names the field and its value.
  absl::Status Validate() const;
};

// A seed for who has none: short enough to be typed again, and any seed + i
// fits.
int64_t ChooseSeed();

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_RUN_OPTIONS_H_
