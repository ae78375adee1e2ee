// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Our driver, environments and models against the published package.

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/driver/run.h"
#include "rlmesh/env/builtin/cartpole.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/model/builtin/random_model.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A server of the published package; `what` is an argument of
// published_peer.py.
class PublishedServer {
 public:
  explicit PublishedServer(const std::string& what) {
    ChildProcessOptions options;
    options.argv = {std::getenv("PUBLISHED_PEER"), what};
    options.standard_output = ChildProcessOptions::Output::kCapture;
    options.on_line = [this](absl::string_view line) {
      if (!absl::ConsumePrefix(&line, "READY ")) return;
      address_ = std::string(line);
      ready_.Notify();
    };
    auto child = ChildProcess::Start(options);
    EXPECT_THAT(child, IsOk());
    child_ = *std::move(child);
    EXPECT_TRUE(ready_.WaitForNotificationWithTimeout(absl::Seconds(60)));
  }

  Address address() const {
    auto address = Address::ForConnect(address_);
    EXPECT_THAT(address, IsOk());
    return *address;
  }

 private:
  std::string address_;
  absl::Notification ready_;
  std::unique_ptr<ChildProcess> child_;  // ends first
};

// What Balance of published_peer.py does; `Chunks` when `alternating`.
class LocalPolicy : public Model {
 public:
  explicit LocalPolicy(bool alternating = false) : alternating_(alternating) {}

  absl::Status Open(absl::string_view, const EnvContract& contract) override {
    action_.Reset(contract.action_space, 1);
    return absl::OkStatus();
  }
  absl::Status Predict(const PredictRequest& request,
                       Prediction* prediction) override {
    float o[4];
    std::memcpy(o, request.observations.leaf(0).data(), sizeof(o));
    action_.Set<int64_t>(0, 0, alternating_ ? calls_++ % 2 : o[2] + o[3] > 0);
    prediction->frames.assign(1, action_.view());
    return absl::OkStatus();
  }
  absl::Status Reset(absl::string_view,
                     absl::Span<const std::string>) override {
    calls_ = 0;
    return absl::OkStatus();
  }
  absl::Status CloseRoute(absl::string_view) override {
    return absl::OkStatus();
  }

 private:
  const bool alternating_;
  int calls_ = 0;
  ValueBuffer action_;
};

std::vector<std::string> Summary(const RunResult& result) {
  std::vector<std::string> lines;
  for (const EpisodeResult& e : result.episodes) {
    lines.push_back(absl::StrCat(e.seed, " ", e.steps, " ", e.reward, " ",
                                 e.terminated, e.truncated));
  }
  return lines;
}

RunResult Play(Environment* env, Model* model, int64_t episodes,
               int execution_horizon = 1) {
  RunOptions options;
  options.session.execution_horizon = execution_horizon;
  options.episodes = episodes;
  options.seed = 7;
  return Run(env, model, options).Play();
}

TEST(PublishedEnvironmentTest, DriverPlaysTwentyEpisodesTheSameEachTime) {
  PublishedServer server("env");
  auto factory = RemoteEnvironmentFactory::Connect(server.address(), {});
  RLMESH_ASSERT_OK(factory);
  EXPECT_EQ((*factory)->contract().id, "CartPole-v1");
  std::vector<std::string> first;
  for (int round = 0; round < 2; ++round) {
    auto env = (*factory)->Create();
    RLMESH_ASSERT_OK(env);
    RandomModel model(RandomSeed());
    RunResult result = Play(env->get(), &model, 20);
    RLMESH_ASSERT_OK(result.status);
    ASSERT_THAT(result.episodes, SizeIs(20));
    for (const EpisodeResult& episode : result.episodes) {
      EXPECT_GT(episode.steps, 5);
      EXPECT_EQ(episode.reward, episode.steps);
      EXPECT_TRUE(episode.terminated);
    }
    if (round == 0) first = Summary(result);
    EXPECT_EQ(Summary(result), first);
    RLMESH_EXPECT_OK((*env)->Close());
  }
}

TEST(PublishedModelTest, PlaysAsTheSamePolicyHere) {
  PublishedServer server("Balance");
  auto remote = RemoteModel::Connect(server.address(), {});
  RLMESH_ASSERT_OK(remote);
  EXPECT_EQ((*remote)->edition(), "2026.06");
  CartPole env;
  RunResult far = Play(&env, remote->get(), 3);
  RLMESH_ASSERT_OK(far.status);
  LocalPolicy local;
  RunResult near = Play(&env, &local, 3);
  EXPECT_GT(near.total_steps(), 300);
  EXPECT_EQ(Summary(far), Summary(near));
}

TEST(PublishedModelTest, ChunksAreReplayedAndDroppedAtTheEnd) {
  PublishedServer server("Chunks");
  RemoteModelOptions options;
  options.execution_horizon = 2;
  auto remote = RemoteModel::Connect(server.address(), options);
  RLMESH_ASSERT_OK(remote);
  CartPole env;
  RunResult far = Play(&env, remote->get(), 10, options.execution_horizon);
  RLMESH_ASSERT_OK(far.status);
  LocalPolicy local(/*alternating=*/true);
  RunResult near = Play(&env, &local, 10);
  EXPECT_EQ(Summary(far), Summary(near));
}

TEST(PublishedModelTest, ExceptionEndsTheRunAndKeepsWhatIsFinished) {
  PublishedServer server("Broken");
  auto remote = RemoteModel::Connect(server.address(), {});
  RLMESH_ASSERT_OK(remote);
  CartPole env;
  RunOptions options;
  options.episodes = 10;
  options.seed = 7;
  options.max_episode_steps = 10;
  RunResult result = rlmesh::Run(&env, remote->get(), options).Play();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("episode 2 (seed 9)"),
                             HasSubstr("RuntimeError: boom"),
                             HasSubstr("2 of 10 episodes finished"))));
  EXPECT_THAT(result.episodes, SizeIs(2));
}

TEST(PublishedModelTest, EnvironmentServersAreNoModels) {
  PublishedServer server("env");
  EXPECT_THAT(RemoteModel::Connect(server.address(), {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("rlmesh.model.v1.ModelService"),
                             HasSubstr(server.address().ToString()))));
}

}  // namespace
}  // namespace rlmesh
