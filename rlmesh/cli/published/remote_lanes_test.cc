// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// RemoteEnvironment on several lanes of the published package: byte for byte
// what a worker of our own makes of the same environments.

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/python/python_worker_factory.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/launch/testing/server_process.h"
#include "rlmesh/spaces/sampler.h"
#include "rlmesh/worker/testing/python_for_tests.h"

namespace rlmesh {
namespace {

constexpr int kLanes = 4;

std::string Text(ValueView value) {
  return absl::StrJoin(value.leaves(), " ",
                       [](std::string* out, absl::string_view leaf) {
                         absl::StrAppend(out, absl::BytesToHexString(leaf));
                       });
}

std::string Text(const Transition& transition) {
  const auto bytes = [](absl::Span<const uint8_t> mask) {
    return absl::StrJoin(mask, "", [](std::string* out, uint8_t byte) {
      absl::StrAppend(out, byte);
    });
  };
  return absl::StrCat(Text(transition.observation.value), " ",
                      absl::StrJoin(transition.rewards, ","), " ",
                      bytes(transition.terminated), " ",
                      bytes(transition.truncated));
}

// The same environments served by the published package, and in a worker here.
class RemoteLanesTest : public ::testing::TestWithParam<std::string> {
 protected:
  // `folder` of rlmesh/cli has the module of `entrypoint`.
  void Start(const std::string& served, const std::string& folder,
             const std::string& entrypoint, const std::string& kwargs,
             int num_envs) {
    ServerProcessOptions options;
    options.argv = {std::getenv("PUBLISHED_ENV_SERVER"), "127.0.0.1:0", served};
    auto server = ServerProcess::Start(options);
    RLMESH_ASSERT_OK(server);
    server_ = *std::move(server);
    auto far = RemoteEnvironmentFactory::Connect(server_->address(), {});
    RLMESH_ASSERT_OK(far);
    far_ = *(*far)->Create();

    PythonEnvironmentOptions near;
    near.entrypoint = entrypoint;
    near.kwargs = kwargs;
    near.num_envs = num_envs;
    near.process = PythonWithGymnasium();
    near.process.working_dir =
        absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                     std::getenv("TEST_WORKSPACE"), "/rlmesh/cli/", folder);
    auto factory = PythonWorkerFactory::Create(near);
    RLMESH_ASSERT_OK(factory);
    near_ = *(*factory)->Create();

    ASSERT_EQ(far_->contract().num_envs, kLanes);
    ASSERT_EQ(near_->contract().num_envs, kLanes);
    ASSERT_EQ(far_->contract().action_space, near_->contract().action_space);
    ASSERT_EQ(far_->contract().observation_space,
              near_->contract().observation_space);
    ASSERT_EQ(far_->contract().autoreset_mode,
              near_->contract().autoreset_mode);
  }

  // Lanes in their order; all of them when there are none.
  void Reset(absl::Span<const int64_t> seeds,
             absl::Span<const uint32_t> lanes = {}) {
    ResetRequest request;
    request.seeds = seeds;
    request.lanes = lanes;
    Observation far, near;
    RLMESH_ASSERT_OK(far_->Reset(request, &far));
    RLMESH_ASSERT_OK(near_->Reset(request, &near));
    ASSERT_EQ(Text(far.value), Text(near.value));
  }

  void Step(absl::Span<const uint32_t> lanes = {}) {
    const SpaceSpec& space = far_->contract().action_space;
    const int rows = lanes.empty() ? kLanes : lanes.size();
    actions_.Reset(space, rows);
    for (int row = 0; row < rows; ++row) {
      SampleLane(space, row, rows, &random_, &actions_);
    }
    StepRequest request;
    request.lanes = lanes;
    request.actions = actions_.view();
    Transition near;
    RLMESH_ASSERT_OK(far_->Step(request, &transition_));
    RLMESH_ASSERT_OK(near_->Step(request, &near));
    ASSERT_EQ(Text(transition_), Text(near));
  }

  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<Environment> far_, near_;
  Random random_{5};
  ValueBuffer actions_;
  Transition transition_;
};

TEST_P(RemoteLanesTest, FourLanesAreThoseOfOurWorker) {
  const std::string lane = absl::StrCat("sampled_envs.Sampled:", GetParam());
  ASSERT_NO_FATAL_FAILURE(
      Start(absl::StrJoin(std::vector<std::string>(kLanes, lane), ","),
            "published", "sampled_envs:Sampled",
            absl::StrCat("{\"kind\": \"", GetParam(), "\"}"), kLanes));
  for (int64_t seed : {0, 40}) {
    ASSERT_NO_FATAL_FAILURE(Reset({seed, seed + 1, seed + 2, seed + 3}));
    for (int i = 0; i < 9; ++i) ASSERT_NO_FATAL_FAILURE(Step());
    EXPECT_THAT(transition_.terminated, ::testing::Each(0));
    // The last step of some, which begin again while the others go on.
    ASSERT_NO_FATAL_FAILURE(Step({3, 1}));
    EXPECT_THAT(transition_.terminated, ::testing::Each(1));
    ASSERT_NO_FATAL_FAILURE(Reset({seed + 20, seed + 21}, {3, 1}));
    ASSERT_NO_FATAL_FAILURE(Step());
    EXPECT_THAT(transition_.terminated, ::testing::ElementsAre(1, 0, 1, 0));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryKind, RemoteLanesTest,
                         ::testing::Values("scalar", "dict", "tuple", "text",
                                           "image"),
                         [](const auto& info) { return info.param; });

class RemoteVectorTest : public RemoteLanesTest {};

TEST_F(RemoteVectorTest, AVectorEnvironmentBeginsItsNextEpisodesByItself) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::StrCat("make_vec:CartPole-v1:", kLanes),
                                "testing", "served_lanes:vector",
                                "{\"kind\": \"sync\", \"num_envs\": 4}", 0));
  EXPECT_EQ(far_->contract().autoreset_mode, AutoresetMode::kNextStep);
  ASSERT_NO_FATAL_FAILURE(Reset({5, 6, 7, 8}));
  const auto* const far = static_cast<RemoteEnvironment*>(far_.get());
  int total = 0;
  for (int i = 0; i < 300; ++i) {
    ASSERT_NO_FATAL_FAILURE(Step());
    int ends = 0;
    for (int lane = 0; lane < kLanes; ++lane) {
      ends += transition_.terminated[lane] || transition_.truncated[lane];
    }
    EXPECT_EQ(far->completed_episodes().size(), ends);
    total += ends;
  }
  EXPECT_GT(total, 20);
}

}  // namespace
}  // namespace rlmesh
