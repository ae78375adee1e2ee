// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/clock.h"

#include <time.h>

#include "absl/time/clock.h"

namespace rlmesh {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

class MonotonicClock : public Clock {
 public:
  absl::Time Now() const override { return SteadyNow(); }
};

absl::Duration SinceBoot() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace

absl::Time SteadyNow() {
  static const absl::Time boot = absl::Now() - SinceBoot();
  return boot + SinceBoot();
}

const Clock* Clock::Real() {
  static const RealClock* const clock = new RealClock;
  return clock;
}

const Clock* Clock::Monotonic() {
  static const MonotonicClock* const clock = new MonotonicClock;
  return clock;
}

}  // namespace rlmesh
