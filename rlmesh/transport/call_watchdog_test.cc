// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/call_watchdog.h"

#include <atomic>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/testing/calendar_shift.h"

namespace rlmesh {
namespace {

TEST(CallWatchdogTest, ExpiresAtTheDeadline) {
  absl::Notification expired;
  CallWatchdog watchdog([&expired] { expired.Notify(); });
  const absl::Time deadline = SteadyNow() + absl::Milliseconds(30);
  watchdog.Arm(deadline);
  ASSERT_TRUE(expired.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_GE(SteadyNow(), deadline);
  EXPECT_TRUE(watchdog.Disarm());
}

TEST(CallWatchdogTest, AnEarlierDeadlineThanTheLastOneIsKept) {
  absl::Notification expired;
  CallWatchdog watchdog([&expired] { expired.Notify(); });
  watchdog.Arm(SteadyNow() + absl::Hours(1));
  EXPECT_FALSE(watchdog.Disarm());
  watchdog.Arm(SteadyNow() + absl::Milliseconds(10));
  ASSERT_TRUE(expired.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_TRUE(watchdog.Disarm());
}

TEST(CallWatchdogTest, DisarmedInTimeNeverExpires) {
  std::atomic<int> expired{0};
  {
    CallWatchdog watchdog([&expired] { ++expired; });
    watchdog.Arm(SteadyNow() + absl::Seconds(60));
    EXPECT_FALSE(watchdog.Disarm());
    watchdog.Arm(absl::InfiniteFuture());
    EXPECT_FALSE(watchdog.Disarm());
  }
  EXPECT_EQ(expired, 0);
}

TEST(CallWatchdogTest, ForgetsAnEarlierExpiry) {
  absl::Notification expired;
  CallWatchdog watchdog([&expired] { expired.Notify(); });
  watchdog.Arm(SteadyNow());
  ASSERT_TRUE(expired.WaitForNotificationWithTimeout(absl::Seconds(30)));
  watchdog.Arm(SteadyNow() + absl::Seconds(60));
  EXPECT_FALSE(watchdog.Disarm());
}

TEST(CallWatchdogTest, ExpiresAlthoughTheCalendarIsSetBack) {
  absl::Notification expired;
  CallWatchdog watchdog([&expired] { expired.Notify(); });
  watchdog.Arm(SteadyNow() + absl::Milliseconds(30));
  const CalendarShift shift(-absl::Hours(1));
  expired.WaitForNotification();
  EXPECT_TRUE(watchdog.Disarm());
}

TEST(CallWatchdogTest, ExpiresNoSoonerWhenTheCalendarIsSetForward) {
  absl::Notification expired;
  CallWatchdog watchdog([&expired] { expired.Notify(); });
  const CalendarShift shift(absl::Hours(1));
  const absl::Time deadline = SteadyNow() + absl::Milliseconds(50);
  watchdog.Arm(deadline);
  expired.WaitForNotification();
  EXPECT_GE(SteadyNow(), deadline);
}

}  // namespace
}  // namespace rlmesh
