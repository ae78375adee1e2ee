// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/call_turns.h"

#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/calendar_shift.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::Duration kLong = absl::Seconds(60);

class CallTurnsTest : public ::testing::Test {
 protected:
  std::unique_ptr<CancelEvent> running_ = CancelEvent::Create().value();
  CallTurns turns_{running_.get()};
};

TEST_F(CallTurnsTest, OneAfterTheOther) {
  absl::Notification second_has_it;
  std::thread second;
  {
    CallTurns::Turn turn(&turns_, nullptr);
    RLMESH_ASSERT_OK(turn.Take(kLong));
    second = std::thread([&] {
      CallTurns::Turn turn(&turns_, nullptr);
      EXPECT_THAT(turn.Take(kLong), IsOk());
      second_has_it.Notify();
    });
    EXPECT_FALSE(second_has_it.HasBeenNotified());
  }
  second_has_it.WaitForNotification();
  second.join();
}

TEST_F(CallTurnsTest, InTheOrderInWhichTheyAsked) {
  std::vector<std::thread> threads;
  std::vector<int> order;  // of who has the turn
  {
    CallTurns::Turn turn(&turns_, nullptr);
    RLMESH_ASSERT_OK(turn.Take(kLong));
    for (int i = 0; i < 5; ++i) {
      threads.emplace_back([this, i, &order] {
        CallTurns::Turn turn(&turns_, nullptr);
        EXPECT_THAT(turn.Take(kLong), IsOk());
        order.push_back(i);
      });
      while (turns_.waiting() <= i) std::this_thread::yield();
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(turns_.waiting(), 0);
}

TEST_F(CallTurnsTest, WhoWaitsTooLongIsToldWhy) {
  CallTurns::Turn turn(&turns_, nullptr);
  RLMESH_ASSERT_OK(turn.Take(kLong));
  CallTurns::Turn late(&turns_, nullptr);
  const absl::Status status = late.Take(absl::Milliseconds(20));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded,
                               HasSubstr("busy with other requests for 20ms")));
  EXPECT_EQ(turns_.waiting(), 0);
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
}

TEST_F(CallTurnsTest, CancelledCallLeavesTheQueueAndNobodyElseNotices) {
  CallTurns::Turn turn(&turns_, nullptr);
  RLMESH_ASSERT_OK(turn.Take(kLong));
  Cancellation cancellation;
  std::thread waiting([&] {
    CallTurns::Turn turn(&turns_, &cancellation);
    EXPECT_THAT(turn.Take(kLong), StatusIs(absl::StatusCode::kCancelled));
  });
  while (turns_.waiting() < 1) std::this_thread::yield();
  cancellation.Cancel();
  waiting.join();
  EXPECT_FALSE(running_->is_set());
}

TEST_F(CallTurnsTest, CancelledBeforeItAskedForATurn) {
  Cancellation cancellation;
  cancellation.Cancel();
  CallTurns::Turn turn(&turns_, &cancellation);
  EXPECT_THAT(turn.Take(kLong), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(CallTurnsTest, EventIsForTheCallThatHasTheTurnOnly) {
  Cancellation cancellation;
  {
    CallTurns::Turn turn(&turns_, &cancellation);
    RLMESH_ASSERT_OK(turn.Take(kLong));
    EXPECT_FALSE(running_->is_set());
    cancellation.Cancel();
    EXPECT_TRUE(running_->is_set());
  }
  CallTurns::Turn next(&turns_, nullptr);
  RLMESH_ASSERT_OK(next.Take(kLong));
  EXPECT_FALSE(running_->is_set());
}

TEST_F(CallTurnsTest, CancelAfterTheTurnIsNobodysBusiness) {
  Cancellation cancellation;
  {
    CallTurns::Turn turn(&turns_, &cancellation);
    RLMESH_ASSERT_OK(turn.Take(kLong));
  }
  CallTurns::Turn next(&turns_, nullptr);
  RLMESH_ASSERT_OK(next.Take(kLong));
  cancellation.Cancel();
  EXPECT_FALSE(running_->is_set());
}

TEST_F(CallTurnsTest, CancelOfAllEndsThemForGood) {
  CallTurns::Turn turn(&turns_, nullptr);
  RLMESH_ASSERT_OK(turn.Take(kLong));
  std::thread waiting([&] {
    CallTurns::Turn turn(&turns_, nullptr);
    EXPECT_THAT(turn.Take(kLong), StatusIs(absl::StatusCode::kCancelled));
  });
  while (turns_.waiting() < 1) std::this_thread::yield();
  turns_.Cancel();
  waiting.join();
  EXPECT_TRUE(running_->is_set());
  CallTurns::Turn later(&turns_, nullptr);
  EXPECT_THAT(later.Take(kLong), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(CallTurnsTest, TimeoutDoesNotHeedTheCalendar) {
  CallTurns::Turn turn(&turns_, nullptr);
  RLMESH_ASSERT_OK(turn.Take(kLong));
  const CalendarShift shift(-absl::Hours(1));
  CallTurns::Turn late(&turns_, nullptr);
  EXPECT_THAT(late.Take(absl::Milliseconds(20)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

}  // namespace
}  // namespace rlmesh
