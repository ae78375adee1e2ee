// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The time, as something a test can move.

#ifndef RLMESH_BASE_CLOCK_H_
#define RLMESH_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace rlmesh {

// Where code that measures or waits by the wall clock gets its time. Passed as
// a borrowed pointer; thread-safe. Tests pass a FakeClock
// (testing/fake_clock.h).
//
// Example:
//   EpisodeLedger ledger(contract, Clock::Real());
class Clock {
 public:
  virtual ~Clock() = default;

  virtual absl::Time Now() const = 0;

  // The machine's own. Never destroyed.
  static const Clock* Real();

  // Time since the machine started, whatever is done to its calendar: for how
  // long something takes. Never destroyed.
  static const Clock* Monotonic();
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_CLOCK_H_
