// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/uuid.h"

#include <set>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(UuidTest, HasTheCanonicalFormOfVersionSeven) {
  EXPECT_THAT(NewUuid7(absl::FromUnixMillis(0x018f3c2a9d1e)),
              ::testing::MatchesRegex("018f3c2a-9d1e-7[0-9a-f]{3}-"
                                      "[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(UuidTest, LaterOnesSortLater) {
  const absl::Time t = absl::FromUnixSeconds(1700000000);
  EXPECT_LT(NewUuid7(t), NewUuid7(t + absl::Milliseconds(1)));
  EXPECT_LT(NewUuid7(t), NewUuid7(t + absl::Hours(10000)));
}

TEST(UuidTest, NeverRepeatsWithinOneMoment) {
  const absl::Time t = absl::FromUnixSeconds(1700000000);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(NewUuid7(t)).second);
  }
}

}  // namespace
}  // namespace rlmesh
