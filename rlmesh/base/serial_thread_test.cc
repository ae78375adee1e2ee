// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/serial_thread.h"

#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;

TEST(SerialThreadTest, RunsInOrderOnAnotherThread) {
  std::vector<int> done;
  std::thread::id where;
  {
    SerialThread strand;
    strand.Post([&] { where = std::this_thread::get_id(); });
    for (int i = 0; i < 3; ++i) strand.Post([&done, i] { done.push_back(i); });
  }
  EXPECT_THAT(done, ElementsAre(0, 1, 2));
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(SerialThreadTest, PostDoesNotWaitForARunningTask) {
  SerialThread strand;
  absl::Notification release, done;
  strand.Post([&] { release.WaitForNotification(); });
  strand.Post([&] { done.Notify(); });
  EXPECT_FALSE(done.HasBeenNotified());
  release.Notify();
  done.WaitForNotification();
}

TEST(SerialThreadTest, ATaskMayPost) {
  std::vector<int> done;
  {
    SerialThread strand;
    strand.Post([&] {
      strand.Post([&] { done.push_back(2); });
      done.push_back(1);
    });
  }
  EXPECT_THAT(done, ElementsAre(1, 2));
}

}  // namespace
}  // namespace rlmesh
