// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/environment_pool.h"

#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/calendar_shift.h"
#include "rlmesh/env/testing/scripted_environment.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

class EnvironmentPoolTest : public ::testing::Test {
 protected:
  EnvironmentPoolTest() {
    script_.contract = SimpleContract();
    script_.max_environments = 1;
  }

  Script script_;
  ScriptedFactory factory_{&script_};
  EnvironmentPool pool_{&factory_};
  Cancellation cancellation_;
};

TEST_F(EnvironmentPoolTest, TheNextOneWaitsUntilThereIsRoom) {
  auto first = pool_.Acquire({});
  RLMESH_ASSERT_OK(first);
  std::thread waiter([this] {
    RLMESH_EXPECT_OK(pool_.Acquire({}));
    EXPECT_EQ(script_.created, 2);
  });
  *first = EnvironmentPool::Lease();
  waiter.join();
  EXPECT_EQ(script_.live, 0);
}

TEST_F(EnvironmentPoolTest, AtTheDeadlineItNamesTheLimit) {
  auto first = pool_.Acquire({});
  RLMESH_ASSERT_OK(first);
  EXPECT_THAT(
      pool_.Acquire({SteadyNow() + absl::Milliseconds(5), nullptr}),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("all 1")));
}

TEST_F(EnvironmentPoolTest, AWaitCanBeCancelled) {
  auto first = pool_.Acquire({});
  RLMESH_ASSERT_OK(first);
  std::thread canceller([this] { cancellation_.Cancel(); });
  EXPECT_THAT(pool_.Acquire({absl::InfiniteFuture(), &cancellation_}),
              StatusIs(absl::StatusCode::kCancelled));
  canceller.join();
}

TEST_F(EnvironmentPoolTest, AFactoryThatFailsTakesNoPlace) {
  bool fails = true;
  script_.on_create = [&fails] {
    return fails ? absl::InternalError("no") : absl::OkStatus();
  };
  EXPECT_THAT(pool_.Acquire({}), StatusIs(absl::StatusCode::kInternal, "no"));
  fails = false;
  RLMESH_EXPECT_OK(pool_.Acquire({SteadyNow(), nullptr}));
}

TEST_F(EnvironmentPoolTest, DeadlineComesAlthoughTheCalendarIsSetBack) {
  auto first = pool_.Acquire({});
  RLMESH_ASSERT_OK(first);
  const absl::Time deadline = SteadyNow() + absl::Milliseconds(5);
  const CalendarShift shift(-absl::Hours(1));
  EXPECT_THAT(pool_.Acquire({deadline, nullptr}),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace rlmesh
