// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/steady_cond_var.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/testing/calendar_shift.h"

namespace rlmesh {
namespace {

using ::testing::Lt;

TEST(SteadyCondVarTest, SignalEndsAWait) {
  absl::Mutex mu;
  SteadyCondVar changed;
  bool done = false;
  std::thread other([&] {
    absl::MutexLock lock(&mu);
    done = true;
    changed.SignalAll();
  });
  {
    absl::MutexLock lock(&mu);
    while (!done) changed.Wait(&mu);
  }
  other.join();
}

TEST(SteadyCondVarTest, SignalEndsAWaitWithADeadline) {
  absl::Mutex mu;
  SteadyCondVar changed;
  bool done = false;
  std::thread other([&] {
    absl::MutexLock lock(&mu);
    done = true;
    changed.Signal();
  });
  {
    absl::MutexLock lock(&mu);
    const absl::Time deadline = SteadyNow() + absl::Seconds(60);
    while (!done) ASSERT_FALSE(changed.WaitUntil(&mu, deadline));
  }
  other.join();
}

TEST(SteadyCondVarTest, DeadlineEndsAWaitWhateverIsDoneToTheCalendar) {
  for (const absl::Duration by :
       {absl::ZeroDuration(), -absl::Hours(1), absl::Hours(1)}) {
    absl::Mutex mu;
    SteadyCondVar changed;
    const absl::Time start = SteadyNow();
    const absl::Time deadline = start + absl::Milliseconds(30);
    const CalendarShift shift(by);
    absl::MutexLock lock(&mu);
    while (!changed.WaitUntil(&mu, deadline)) {
    }
    EXPECT_GE(SteadyNow(), deadline);
    EXPECT_THAT(SteadyNow() - start, Lt(absl::Seconds(60)));
  }
}

TEST(SteadyCondVarTest, DeadlinesOfAllSizes) {
  absl::Mutex mu;
  SteadyCondVar changed;
  std::thread other;
  {
    absl::MutexLock lock(&mu);
    EXPECT_TRUE(changed.WaitUntil(&mu, absl::InfinitePast()));
    EXPECT_TRUE(changed.WaitUntil(&mu, SteadyNow()));
    other = std::thread([&] {
      absl::MutexLock lock(&mu);
      changed.Signal();
    });
    const absl::Time far = SteadyNow() + absl::Hours(24 * 36500);
    EXPECT_FALSE(changed.WaitUntil(&mu, far));
  }
  other.join();
}

}  // namespace
}  // namespace rlmesh
