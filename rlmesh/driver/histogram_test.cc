// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "rlmesh/base/random.h"

namespace rlmesh {
namespace {

TEST(HistogramTest, EmptyIsZero) {
  Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.Average(), 0);
  EXPECT_EQ(histogram.Quantile(0.5), 0);
}

TEST(HistogramTest, SmallNumbersAreExact) {
  Histogram histogram;
  for (int i = 1; i <= 20; ++i) histogram.Add(i);
  EXPECT_EQ(histogram.count(), 20);
  EXPECT_EQ(histogram.Average(), 10.5);
  EXPECT_EQ(histogram.Quantile(0), 1);
  EXPECT_EQ(histogram.Quantile(0.5), 11);
  EXPECT_EQ(histogram.Quantile(1), 20);
}

TEST(HistogramTest, OneNumberIsEveryQuantile) {
  for (uint64_t value : {uint64_t{0}, uint64_t{31}, uint64_t{32},
                         uint64_t{1000003}, uint64_t{1} << 62}) {
    Histogram histogram;
    histogram.Add(value);
    for (double q : {0.0, 0.5, 0.99, 1.0}) {
      EXPECT_EQ(histogram.Quantile(q), static_cast<double>(value));
    }
  }
}

TEST(HistogramTest, TheLargestNumbersHaveABucketToo) {
  Histogram histogram;
  histogram.Add(std::numeric_limits<uint64_t>::max());
  histogram.Add(0);
  EXPECT_NEAR(histogram.Quantile(1), std::ldexp(1.0, 64),
              0.02 * std::ldexp(1.0, 64));
}

// The oracle: all numbers, sorted.
TEST(HistogramTest, QuantilesAgreeWithSorting) {
  Random random(7);
  Histogram whole, parts[2];
  std::vector<double> sorted;
  for (int i = 0; i < 10000; ++i) {
    const uint64_t value = std::exp(random.Uniform() * 30);
    whole.Add(value);
    parts[i % 2].Add(value);
    sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  parts[0].Merge(parts[1]);
  EXPECT_EQ(parts[0].count(), whole.count());
  for (double q : {0.01, 0.5, 0.95, 0.99, 0.999}) {
    const double exact = sorted[static_cast<size_t>(q * sorted.size())];
    EXPECT_NEAR(whole.Quantile(q), exact, 0.02 * exact + 1);
    EXPECT_EQ(parts[0].Quantile(q), whole.Quantile(q));
  }
}

}  // namespace
}  // namespace rlmesh
