// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/report.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunResult TwoEpisodes() {
  RunResult result;
  result.seed = 7;
  result.duration = absl::Milliseconds(20);
  EpisodeResult first;
  first.seed = 7;
  first.steps = 18;
  first.reward = 18;
  first.terminated = true;
  first.duration = absl::Milliseconds(4);
  EpisodeResult second;
  second.index = 1;
  second.seed = 8;
  second.steps = 100;
  second.reward = -2.5;
  second.end = EpisodeEnd::kStepCap;
  second.truncated = true;
  second.duration = absl::Milliseconds(12);
  result.episodes = {first, second};
  return result;
}

TEST(ReportTest, TableShowsEpisodesAndTotals) {
  EXPECT_EQ(FormatTable(TwoEpisodes()),
            "episode  seed  steps  reward  end         seconds\n"
            "      0     7     18      18  terminated    0.004\n"
            "      1     8    100    -2.5  step cap      0.012\n"
            "2 episodes, 118 steps, mean reward 7.75, 0.020 s, 5900 steps/s\n");
}

TEST(ReportTest, TableShowsSuccessWhenThereIsSome) {
  RunResult result = TwoEpisodes();
  result.episodes[1].success = true;
  EXPECT_EQ(FormatTable(result),
            "episode  seed  steps  reward  end         success  seconds\n"
            "      0     7     18      18  terminated  -          0.004\n"
            "      1     8    100    -2.5  step cap    yes        0.012\n"
            "2 episodes, 118 steps, mean reward 7.75, 0.020 s, 5900 steps/s, "
            "1 of 2 succeeded\n");
}

TEST(ReportTest, EmptyRunIsALine) {
  EXPECT_EQ(FormatTable(RunResult()),
            "0 episodes, 0 steps, mean reward 0, 0.000 s\n");
}

TEST(ReportTest, JsonHasTheDocumentedShape) {
  RunResult result = TwoEpisodes();
  result.episodes[1].success = false;
  const std::string text = FormatJson(result);
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  auto expected = ParseJson(R"({
    "episodes": [
      {"index": 0, "seed": 7, "steps": 18, "reward": 18.0, "terminated": true,
       "truncated": false, "success": null, "seconds": 0.004},
      {"index": 1, "seed": 8, "steps": 100, "reward": -2.5, "terminated": false,
       "truncated": true, "success": false, "seconds": 0.012}],
    "totals": {"episodes": 2, "steps": 118, "reward": 15.5,
       "mean_reward": 7.75, "terminated": 1, "truncated": 1,
       "seconds": 0.02}})");
  RLMESH_ASSERT_OK(expected);
  auto actual = ParseJson(text);
  RLMESH_ASSERT_OK(actual);
  EXPECT_EQ(*actual, *expected) << text;
}

}  // namespace
}  // namespace rlmesh
