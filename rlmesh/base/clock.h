// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The time, as something a test can move.

#ifndef RLMESH_BASE_CLOCK_H_
#define RLMESH_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace rlmesh {

// The time for deadlines and for how long something takes: that of the calendar
// when the process first asked, and from then on as time passes, whatever is
// done to the calendar. Every deadline of type absl::Time in this tree is of
// this kind; waits for one are those of SteadyCondVar and of poll, for those of
// absl::Mutex follow the calendar. Show nobody: dates are absl::Now(), and so
// are the deadlines that gRPC is given.
//
// Example:
//   const absl::Time deadline = SteadyNow() + absl::Seconds(5);
absl::Time SteadyNow();

// Where code gets its time that a test moves. Passed as a borrowed pointer;
// thread-safe. Tests pass a FakeClock (testing/fake_clock.h).
//
// Example:
//   EpisodeLedger ledger(contract, Clock::Real());
class Clock {
 public:
  virtual ~Clock() = default;

  virtual absl::Time Now() const = 0;

  // The machine's own. Never destroyed.
  static const Clock* Real();

  // SteadyNow. Never destroyed.
  static const Clock* Monotonic();
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_CLOCK_H_
