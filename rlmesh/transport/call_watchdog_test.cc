// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/call_watchdog.h"

#include <atomic>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(CallWatchdogTest, ExpiresAtTheDeadline) {
  absl::Notification expired;
  CallWatchdog watchdog([&expired] { expired.Notify(); });
  const absl::Time deadline = absl::Now() + absl::Milliseconds(30);
  watchdog.Arm(deadline);
  ASSERT_TRUE(expired.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_GE(absl::Now(), deadline);
  EXPECT_TRUE(watchdog.Disarm());
}

TEST(CallWatchdogTest, AnEarlierDeadlineThanTheLastOneIsKept) {
  absl::Notification expired;
  CallWatchdog watchdog([&expired] { expired.Notify(); });
  watchdog.Arm(absl::Now() + absl::Hours(1));
  EXPECT_FALSE(watchdog.Disarm());
  watchdog.Arm(absl::Now() + absl::Milliseconds(10));
  ASSERT_TRUE(expired.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_TRUE(watchdog.Disarm());
}

TEST(CallWatchdogTest, DisarmedInTimeNeverExpires) {
  std::atomic<int> expired{0};
  {
    CallWatchdog watchdog([&expired] { ++expired; });
    watchdog.Arm(absl::Now() + absl::Seconds(60));
    EXPECT_FALSE(watchdog.Disarm());
    watchdog.Arm(absl::InfiniteFuture());
    EXPECT_FALSE(watchdog.Disarm());
  }
  EXPECT_EQ(expired, 0);
}

TEST(CallWatchdogTest, ForgetsAnEarlierExpiry) {
  absl::Notification expired;
  CallWatchdog watchdog([&expired] { expired.Notify(); });
  watchdog.Arm(absl::Now());
  ASSERT_TRUE(expired.WaitForNotificationWithTimeout(absl::Seconds(30)));
  watchdog.Arm(absl::Now() + absl::Seconds(60));
  EXPECT_FALSE(watchdog.Disarm());
}

}  // namespace
}  // namespace rlmesh
