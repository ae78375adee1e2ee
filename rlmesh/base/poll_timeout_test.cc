// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/poll_timeout.h"

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

constexpr absl::Time kNow = absl::UnixEpoch();

TEST(PollTimeoutTest, RoundsUp) {
  EXPECT_EQ(PollTimeout(kNow + absl::Seconds(2), kNow), 2000);
  EXPECT_EQ(PollTimeout(kNow + absl::Nanoseconds(1), kNow), 1);
  EXPECT_EQ(PollTimeout(kNow + absl::Microseconds(1001), kNow), 2);
}

TEST(PollTimeoutTest, DoesNotWaitForThePast) {
  EXPECT_EQ(PollTimeout(kNow, kNow), 0);
  EXPECT_EQ(PollTimeout(kNow - absl::Hours(9), kNow), 0);
  EXPECT_EQ(PollTimeout(absl::InfinitePast(), kNow), 0);
}

TEST(PollTimeoutTest, NothingOverflows) {
  EXPECT_EQ(PollTimeout(absl::InfiniteFuture(), kNow), -1);
  EXPECT_EQ(PollTimeout(kNow + absl::InfiniteDuration(), kNow), -1);
  EXPECT_EQ(PollTimeout(kNow + absl::Hours(24 * 365 * 1000), kNow), 3600000);
}

}  // namespace
}  // namespace rlmesh
