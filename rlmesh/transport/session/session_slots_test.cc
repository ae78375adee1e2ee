// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/session/session_slots.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(SessionSlotsTest, ASingleSlotIsRefusedInThePublishedWords) {
  SessionSlots slots(1, "environment");
  const absl::StatusOr<uint64_t> first = slots.Take("ipv4:10.0.0.7:4711");
  RLMESH_ASSERT_OK(first);
  EXPECT_THAT(slots.Take("b"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::MatchesRegex(
                           "environment already has an active Join session; "
                           "only one client may be connected at a time, and "
                           "that is ipv4:10.0.0.7:4711 .since .*:.*:.* UTC.")));
  slots.Free(*first);
  RLMESH_EXPECT_OK(slots.Take("b"));
}

TEST(SessionSlotsTest, SeveralSlotsNameLimitAndHolders) {
  SessionSlots slots(10, "model");
  for (int i = 0; i < 10; ++i)
    RLMESH_ASSERT_OK(slots.Take(absl::StrCat("p", i)));
  EXPECT_THAT(
      slots.Take("late"),
      StatusIs(absl::StatusCode::kResourceExhausted,
               AllOf(HasSubstr("all 10 sessions of this model"),
                     HasSubstr("p0 (since "), HasSubstr("UTC), p1 (since "),
                     HasSubstr("2 more"), HasSubstr("--max_sessions"))));
}

TEST(SessionSlotsTest, AHolderOnAUnixSocketIsNamedAsThat) {
  SessionSlots slots(1, "environment");
  RLMESH_ASSERT_OK(slots.Take("unix:"));
  EXPECT_THAT(slots.Take("unix:"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("a client on the Unix socket (since ")));
}

TEST(SessionSlotsTest, FreeingTwiceFreesOnce) {
  SessionSlots slots(2, "model");
  const uint64_t first = *slots.Take("a");
  RLMESH_ASSERT_OK(slots.Take("b"));
  slots.Free(first);
  slots.Free(first);
  RLMESH_EXPECT_OK(slots.Take("c"));
  EXPECT_FALSE(slots.Take("d").ok());
}

}  // namespace
}  // namespace rlmesh
