// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/progress.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/fake_clock.h"

namespace rlmesh {
namespace {

StepEvent StepOf(int64_t step) {
  StepEvent event = {};
  event.episode = 1;
  event.step = step;
  event.total_reward = 0.5 * step;
  return event;
}

EpisodeResult FirstEpisode() {
  EpisodeResult result;
  result.seed = 7;
  result.steps = 18;
  result.reward = 9;
  return result;
}

TEST(ProgressTest, ARetryIsALineWithItsReason) {
  std::ostringstream out;
  Progress progress(5, /*terminal=*/false, &out);
  RLMESH_ASSERT_OK(progress.OnRetry(
      {2, 9, 1, absl::UnavailableError("the server \x1b is gone")}));
  EXPECT_EQ(out.str(),
            "episode 3/5  seed 9  retry 1: the server \\x1b is gone\n");
}

TEST(ProgressTest, PlainOutputIsALineAnEpisode) {
  std::ostringstream out;
  Progress progress(5, /*terminal=*/false, &out);
  RLMESH_ASSERT_OK(progress.OnEpisodeStart(0, 7));
  RLMESH_ASSERT_OK(progress.OnStep(StepOf(1)));
  EXPECT_EQ(out.str(), "");
  RLMESH_ASSERT_OK(progress.OnEpisodeEnd(FirstEpisode()));
  RLMESH_ASSERT_OK(progress.OnRunEnd(RunResult()));
  EXPECT_EQ(out.str(), "episode 1/5  seed 7  18 steps  reward 9  terminated\n");
}

TEST(ProgressTest, TerminalHasOneLineRewrittenAtMostTenTimesASecond) {
  std::ostringstream out;
  FakeClock clock;
  Progress progress(5, /*terminal=*/true, &out, &clock);
  RLMESH_ASSERT_OK(progress.OnEpisodeStart(1, 7));
  EXPECT_EQ(out.str(), "\r\x1b[Kepisode 2/5  step 0  reward 0");
  out.str("");
  clock.Advance(absl::Milliseconds(99));
  RLMESH_ASSERT_OK(progress.OnStep(StepOf(1)));
  EXPECT_EQ(out.str(), "");
  clock.Advance(absl::Milliseconds(1));
  RLMESH_ASSERT_OK(progress.OnStep(StepOf(2)));
  EXPECT_EQ(out.str(), "\r\x1b[Kepisode 2/5  step 2  reward 1");
  out.str("");
  RLMESH_ASSERT_OK(progress.OnEpisodeEnd(FirstEpisode()));
  EXPECT_EQ(out.str(), "");
  RLMESH_ASSERT_OK(progress.OnRunEnd(RunResult()));
  EXPECT_EQ(out.str(), "\r\x1b[K");
}

TEST(ProgressTest, NothingIsWipedWhereNothingWasShown) {
  std::ostringstream out;
  Progress progress(5, /*terminal=*/true, &out);
  RLMESH_ASSERT_OK(progress.OnRunEnd(RunResult()));
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace rlmesh
