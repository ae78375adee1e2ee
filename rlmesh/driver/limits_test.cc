// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Known limits of the published package that runs do not have: python_api.md,
// section 27. Rows 1 and 2 are in run_faults_test.

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/driver/run.h"
#include "rlmesh/driver/telemetry.h"
#include "rlmesh/env/testing/fake_environment.h"
#include "rlmesh/env/testing/fake_lanes.h"
#include "rlmesh/model/testing/fake_model.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;

class LimitsTest : public ::testing::Test {
 protected:
  RunResult Play() { return rlmesh::Run(&env_, &model_, options_).Play(); }

  FakeEnvironment env_;
  FakeModel model_;
  RunOptions options_;
};

TEST_F(LimitsTest, Limits27Row06EveryCallOfARunHasADeadline) {
  const SessionOptions normal;
  EXPECT_LT(normal.reset_timeout, absl::Hours(1));
  EXPECT_LT(normal.step_timeout, absl::Hours(1));
  EXPECT_LT(normal.predict_timeout, absl::Hours(1));
  options_.session.reset_timeout = absl::Seconds(1);
  options_.session.step_timeout = absl::Seconds(2);
  options_.session.predict_timeout = absl::Seconds(3);
  std::vector<absl::Duration> predicts;
  model_.on_predict = [&](const PredictRequest& request) {
    predicts.push_back(request.timeout);
    return absl::OkStatus();
  };
  RLMESH_ASSERT_OK(Play().status);
  EXPECT_THAT(env_.reset_timeouts, Each(absl::Seconds(1)));
  EXPECT_EQ(env_.reset_timeouts.size(), 1);
  EXPECT_THAT(env_.step_timeouts, Each(absl::Seconds(2)));
  EXPECT_EQ(env_.step_timeouts.size(), 5);
  EXPECT_THAT(predicts, Each(absl::Seconds(3)));
  EXPECT_EQ(predicts.size(), 5);
}

TEST_F(LimitsTest, Limits27Row08OneMistakeHasOneType) {
  const auto refused = [this](void (*change)(RunOptions*)) {
    RunOptions options;
    change(&options);
    return rlmesh::Run(&env_, &model_, options).Play().status;
  };
  for (const absl::Status& status :
       {refused([](RunOptions* o) { o->max_episode_steps = 0; }),
        refused(
            [](RunOptions* o) { o->max_episode_time = absl::ZeroDuration(); }),
        refused([](RunOptions* o) { o->max_time = absl::ZeroDuration(); }),
        refused([](RunOptions* o) {
          o->session.step_timeout = absl::ZeroDuration();
        }),
        refused([](RunOptions* o) { o->session.execution_horizon = 0; }),
        refused([](RunOptions* o) { o->trial_index_base = -1; })}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  }
}

// Seeds and caps work on lanes that reset themselves and take no call alone, as
// those of published servers: by lanes that begin together.
TEST_F(LimitsTest, Limits27Row10SeedsAndCapsWorkOnLanesThatResetThemselves) {
  FakeLanes env(4, AutoresetMode::kNextStep, /*takes_lanes=*/false);
  options_.seed = 14;  // 1 to 7 steps, each with a reward of the seed
  options_.episodes = 14;
  options_.max_episode_steps = 5;
  const RunResult result = rlmesh::Run(&env, &model_, options_).Play();
  RLMESH_ASSERT_OK(result.status);
  ASSERT_EQ(result.episodes.size(), 14);
  for (const EpisodeResult& episode : result.episodes) {
    EXPECT_EQ(episode.seed, 14 + episode.index);
    EXPECT_EQ(episode.steps, std::min<int64_t>(5, episode.seed % 7 + 1));
    EXPECT_EQ(episode.reward, episode.steps * episode.seed);
    EXPECT_EQ(episode.truncated, episode.seed % 7 + 1 > 5);
  }
}

TEST_F(LimitsTest, Limits27Row12PrefetchLeadIsForEveryModel) {
  options_.episodes = 2;
  options_.session.execution_horizon = 3;
  options_.session.prefetch_lead = 1;
  model_.frames = 3;
  std::vector<int64_t> steps;
  model_.on_predict = [&steps](const PredictRequest& request) {
    steps.push_back(request.step.value_or(-1));
    return absl::OkStatus();
  };
  const RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(result.total_steps(), 10);
  // Of five steps: at the first, and when one action of three is left.
  EXPECT_EQ(steps.size(), 4);
  EXPECT_EQ(steps[1], 2);
}

TEST_F(LimitsTest, Limits27Row12TelemetryIsTheSameForEveryModel) {
  options_.telemetry = true;
  options_.episodes = 2;
  options_.session.execution_horizon = 3;
  model_.frames = 3;
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  const auto count = [&result](const std::string& op, const std::string& what) {
    for (const TelemetryRow& row : result.telemetry) {
      if (row.op == op && row.component + "." + row.metric == what) {
        return static_cast<int>(row.count);
      }
    }
    return 0;
  };
  EXPECT_EQ(count("env.reset", "rpc.total"), 2);
  EXPECT_EQ(count("env.step", "rpc.total"), 10);
  EXPECT_EQ(count("env.step", "request.bytes"), 10);
  EXPECT_EQ(count("env.step", "response.bytes"), 10);
  EXPECT_EQ(count("runner.round", "rpc.total"), 10);
  // Five steps are two predictions of three actions.
  EXPECT_EQ(count("model.predict", "rpc.total"), 4);
  EXPECT_EQ(count("model.predict", "response.bytes"), 4);

  options_.telemetry = false;
  EXPECT_TRUE(Play().telemetry.empty());
}

}  // namespace
}  // namespace rlmesh
