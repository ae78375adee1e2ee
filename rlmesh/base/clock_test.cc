// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/clock.h"

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/testing/calendar_shift.h"

namespace rlmesh {
namespace {

using ::testing::Gt;
using ::testing::Lt;

TEST(ClockTest, SteadyTimeBeginsWithTheCalendar) {
  EXPECT_LT(absl::AbsDuration(SteadyNow() - absl::Now()), absl::Seconds(10));
}

TEST(ClockTest, SteadyTimeDoesNotHeedTheCalendar) {
  for (const absl::Duration by : {absl::Hours(1), -absl::Hours(1)}) {
    const absl::Time steady = SteadyNow();
    const absl::Time calendar = absl::Now();
    const CalendarShift shift(by);
    EXPECT_THAT(absl::AbsDuration(absl::Now() - calendar),
                Gt(absl::Minutes(50)));
    EXPECT_GE(SteadyNow(), steady);
    EXPECT_THAT(SteadyNow() - steady, Lt(absl::Minutes(10)));
    EXPECT_THAT(Clock::Monotonic()->Now() - steady, Lt(absl::Minutes(10)));
  }
}

}  // namespace
}  // namespace rlmesh
