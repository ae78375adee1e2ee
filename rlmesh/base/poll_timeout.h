// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// How long poll(2) may wait.

#ifndef RLMESH_BASE_POLL_TIMEOUT_H_
#define RLMESH_BASE_POLL_TIMEOUT_H_

#include "absl/time/time.h"
#include "rlmesh/base/clock.h"

namespace rlmesh {

// Milliseconds until `deadline` (of SteadyNow), rounded up, so that nobody
// wakes too early; 0 when it has passed, -1 (for ever) when it never comes. Of
// a distant deadline an hour at most: look at the time when poll returns 0, and
// wait again.
//
// Example:
//   while (poll(&fd, 1, PollTimeout(deadline)) == 0) {
//     if (SteadyNow() >= deadline) return absl::DeadlineExceededError(...);
//   }
int PollTimeout(absl::Time deadline, absl::Time now = SteadyNow());

}  // namespace rlmesh

#endif  // RLMESH_BASE_POLL_TIMEOUT_H_
