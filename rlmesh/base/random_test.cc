// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/random.h"

#include <cmath>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(RandomTest, TheSequenceOfASeedNeverChanges) {
  // Recorded results of runs depend on these numbers.
  Random random(7, 3);
  const uint64_t first = random();
  const uint64_t second = random();
  Random again(7, 3);
  EXPECT_EQ(again(), first);
  EXPECT_EQ(again(), second);
  EXPECT_NE(first, second);
}

TEST(RandomTest, SeedsAndStreamsDiffer) {
  std::set<uint64_t> first;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    for (uint64_t stream = 0; stream < 50; ++stream) {
      first.insert(Random(seed, stream)());
    }
  }
  EXPECT_EQ(first.size(), 2500u);
}

TEST(RandomTest, BelowCoversItsRangeEvenly) {
  Random random(1);
  std::vector<int> count(6);
  for (int i = 0; i < 60000; ++i) ++count[random.Below(6)];
  for (int c : count) EXPECT_NEAR(c, 10000, 500);
  EXPECT_EQ(random.Below(1), 0u);
}

TEST(RandomTest, MomentsAreRight) {
  Random random(2);
  double uniform = 0, normal = 0, squared = 0, exponential = 0;
  const int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double u = random.Uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    uniform += u;
    const double z = random.Normal();
    normal += z;
    squared += z * z;
    exponential += random.Exponential();
  }
  EXPECT_NEAR(uniform / n, 0.5, 0.01);
  EXPECT_NEAR(normal / n, 0, 0.02);
  EXPECT_NEAR(squared / n, 1, 0.03);
  EXPECT_NEAR(exponential / n, 1, 0.02);
}

TEST(RandomSeedTest, TwoSeedsDiffer) { EXPECT_NE(RandomSeed(), RandomSeed()); }

}  // namespace
}  // namespace rlmesh
