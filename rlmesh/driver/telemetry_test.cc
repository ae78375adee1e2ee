// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/telemetry.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(TelemetryTest, WhatNobodyMeasuredHasNoRow) {
  EXPECT_THAT(Telemetry().Rows(), IsEmpty());
  EXPECT_EQ(FormatTelemetry({}), "no telemetry\n");
  Telemetry telemetry;
  telemetry.AddTime(Telemetry::kRound, absl::Milliseconds(2));
  ASSERT_THAT(telemetry.Rows(), SizeIs(1));
}

TEST(TelemetryTest, RowsHaveTimesAndBytes) {
  const std::string bytes(16, 'x');
  const std::vector<absl::string_view> two = {bytes, bytes};
  const std::vector<absl::string_view> one = {bytes};
  Telemetry a, b;
  for (int i = 1; i <= 99; ++i) {
    (i % 2 ? a : b)
        .AddCall(Telemetry::kStep, absl::Milliseconds(i), ValueView(one),
                 ValueView(two));
  }
  a.Merge(b);
  const std::vector<TelemetryRow> rows = a.Rows();
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].op, "env.step");
  EXPECT_EQ(rows[0].component, "rpc");
  EXPECT_EQ(rows[0].metric, "total");
  EXPECT_EQ(rows[0].unit, "ms");
  EXPECT_EQ(rows[0].count, 99);
  EXPECT_NEAR(rows[0].avg, 50, 1e-9);
  EXPECT_NEAR(rows[0].p50, 50, 1);
  EXPECT_NEAR(rows[0].p95, 95, 2);
  EXPECT_NEAR(rows[0].p99, 99, 2);
  EXPECT_EQ(rows[1].component, "request");
  EXPECT_EQ(rows[1].p50, 16);
  EXPECT_EQ(rows[2].component, "response");
  EXPECT_EQ(rows[2].p99, 32);
  const std::string text = FormatTelemetry(rows);
  EXPECT_THAT(text, StartsWith("op             metric          unit   count"));
  EXPECT_THAT(text, HasSubstr("env.step       request.bytes   bytes  99 "));
}

TEST(TelemetryTest, AClockThatWasSetBackCountsAsNoTime) {
  Telemetry telemetry;
  telemetry.AddTime(Telemetry::kRound, -absl::Hours(1));
  EXPECT_EQ(telemetry.Rows()[0].avg, 0);
}

}  // namespace
}  // namespace rlmesh
