// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/remote_environment.h"

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/testing/gate.h"
#include "rlmesh/env/testing/in_process_env_server.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/spaces/sampler.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RemoteEnvironmentTest : public ::testing::Test {
 protected:
  RemoteEnvironmentTest() { script_.contract = SimpleContract(); }

  void Start() {
    server_ = std::make_unique<InProcessEnvServer>(
        std::make_unique<ScriptedFactory>(&script_), server_options_);
    Connect();
  }

  void Connect() {
    auto factory =
        RemoteEnvironmentFactory::Connect(server_->address(), options_);
    ASSERT_TRUE(factory.ok()) << factory.status();
    factory_ = *std::move(factory);
    env_ = Make();
  }

  std::unique_ptr<RemoteEnvironment> Make() {
    return std::unique_ptr<RemoteEnvironment>(
        static_cast<RemoteEnvironment*>(factory_->Create()->release()));
  }

  absl::Status Reset(ResetRequest request = {}) {
    return env_->Reset(request, &observation_);
  }
  absl::Status Step(StepRequest request = {}) {
    if (request.actions.size() == 0) {
      action_.Reset(script_.contract.action_space,
                    request.lanes.empty() ? script_.contract.num_envs
                                          : request.lanes.size());
      request.actions = action_.view();
    }
    return env_->Step(request, &transition_);
  }

  Script script_;
  EnvServerOptions server_options_;
  RemoteOptions options_;
  std::unique_ptr<InProcessEnvServer> server_;
  std::unique_ptr<RemoteEnvironmentFactory> factory_;
  std::unique_ptr<RemoteEnvironment> env_;
  ValueBuffer action_;
  Observation observation_;
  Transition transition_;
};

TEST_F(RemoteEnvironmentTest, TheContractComesWithTheHandshake) {
  script_.contract.observation_space = EverySpace();
  script_.contract.render_mode = "rgb_array";
  spaces::v1::MetaMap metadata;
  (*metadata.mutable_entries())["render_fps"] = MetaInteger(50);
  script_.contract.metadata = SerializeMeta(metadata);
  Start();
  EXPECT_EQ(env_->contract().id, "Scripted-v0");
  EXPECT_EQ(env_->contract().observation_space, EverySpace());
  EXPECT_EQ(env_->contract().render_mode, "rgb_array");
  EXPECT_EQ(env_->contract().metadata, script_.contract.metadata);
  EXPECT_EQ(factory_->connection().edition(), "2026.06");
  EXPECT_EQ(script_.created, 0);
}

TEST_F(RemoteEnvironmentTest, AnEpisodeOfEverySpaceArrivesBitForBit) {
  script_.contract.observation_space = EverySpace();
  script_.contract.action_space = EverySpace();
  script_.contract.num_envs = 2;
  std::vector<std::string> sent;
  script_.on_step = [&](const StepRequest& request) {
    for (const absl::string_view leaf : request.actions.leaves()) {
      sent.push_back(std::string(leaf));
    }
    return absl::OkStatus();
  };
  Start();
  RLMESH_ASSERT_OK(Reset());
  ScriptedEnvironment twin(&script_);
  Observation expected;
  RLMESH_ASSERT_OK(twin.Reset({}, &expected));
  EXPECT_EQ(observation_.value.leaves(), expected.value.leaves());
  Random random(3);
  for (int i = 0; i < 20; ++i) {
    ValueBuffer action(EverySpace(), 2);
    SampleLane(EverySpace(), 0, 2, &random, &action);
    SampleLane(EverySpace(), 1, 2, &random, &action);
    StepRequest step;
    step.actions = action.view();
    sent.clear();
    RLMESH_ASSERT_OK(Step(step));
    Transition expected_transition;
    ASSERT_EQ(sent.size(), action.view().size());
    for (size_t leaf = 0; leaf < sent.size(); ++leaf) {
      EXPECT_EQ(sent[leaf], action.view().leaf(leaf));
    }
    RLMESH_ASSERT_OK(twin.Step(step, &expected_transition));
    EXPECT_EQ(transition_.observation.value.leaves(),
              expected_transition.observation.value.leaves());
    EXPECT_THAT(transition_.rewards, ElementsAre(1, 1));
  }
}

TEST_F(RemoteEnvironmentTest, SeedsOptionsIdsAndTimeoutsArrive) {
  spaces::v1::MetaMap options;
  (*options.mutable_entries())["level"] = MetaText("hard");
  const MetaBytes bytes = SerializeMeta(options);
  ResetRequest seen;
  std::vector<std::string> ids;
  std::vector<int64_t> seeds;
  MetaBytes seen_options;
  script_.on_reset = [&](const ResetRequest& request) {
    ids.assign(request.episode_ids.begin(), request.episode_ids.end());
    seeds.assign(request.seeds.begin(), request.seeds.end());
    seen_options = std::string(request.options);
    seen.timeout = request.timeout;
    return absl::OkStatus();
  };
  Start();
  ResetRequest request;
  const int64_t seed = 5;
  const std::string id = "ep-1";
  request.seeds = {&seed, 1};
  request.episode_ids = {&id, 1};
  request.options = bytes;
  request.has_options = true;
  request.timeout = absl::Seconds(9);
  RLMESH_ASSERT_OK(Reset(request));
  EXPECT_THAT(seeds, ElementsAre(5));
  EXPECT_THAT(ids, ElementsAre("ep-1"));
  EXPECT_EQ(seen_options, bytes);
  EXPECT_LE(seen.timeout, absl::Seconds(9));
  EXPECT_GT(seen.timeout, absl::Seconds(5));
}

TEST_F(RemoteEnvironmentTest, CompletedEpisodesCarryTheIdMadeHere) {
  std::string id;
  script_.on_reset = [&](const ResetRequest& request) {
    id = request.episode_ids[0];
    return absl::OkStatus();
  };
  script_.rewards = {2};
  Start();
  RLMESH_ASSERT_OK(Reset());
  EXPECT_EQ(id.size(), 36);
  RLMESH_ASSERT_OK(Step());
  EXPECT_EQ(env_->completed_episodes().size(), 0);
  RLMESH_ASSERT_OK(env_->Close());
  ASSERT_EQ(env_->completed_episodes().size(), 1);
  EXPECT_EQ(env_->completed_episodes()[0].episode_id(), id);
  EXPECT_EQ(env_->completed_episodes()[0].cumulative_reward(), 2);
}

TEST_F(RemoteEnvironmentTest, NextStepLanesRollIntoANewId) {
  script_.contract = SimpleContract(2);
  script_.contract.autoreset_mode = AutoresetMode::kNextStep;
  std::vector<std::string> ids;
  script_.on_step = [&](const StepRequest& request) {
    ids.assign(request.episode_ids.begin(), request.episode_ids.end());
    return absl::OkStatus();
  };
  script_.terminated = {0, 1};
  Start();
  RLMESH_ASSERT_OK(Reset());
  RLMESH_ASSERT_OK(Step());
  const std::vector<std::string> first = ids;
  ASSERT_EQ(env_->completed_episodes().size(), 1);
  EXPECT_EQ(env_->completed_episodes()[0].episode_id(), first[1]);
  script_.terminated = {0, 0};
  script_.rewards = {1, 0};
  RLMESH_ASSERT_OK(Step());
  EXPECT_EQ(ids[0], first[0]);
  EXPECT_NE(ids[1], first[1]);
}

TEST_F(RemoteEnvironmentTest, LanesAreNamedAndAnswered) {
  script_.contract = SimpleContract(4);
  script_.rewards = {1, 2, 3, 4};
  Start();
  const uint32_t lanes[] = {3, 1};
  ResetRequest reset;
  reset.lanes = lanes;
  RLMESH_ASSERT_OK(Reset(reset));
  EXPECT_EQ(observation_.value.leaf(0).size(), 16);
  StepRequest step;
  step.lanes = lanes;
  RLMESH_ASSERT_OK(Step(step));
  EXPECT_THAT(transition_.rewards, ElementsAre(4, 2));
}

TEST_F(RemoteEnvironmentTest, AnActionOutsideTheSpaceIsNotSent) {
  Start();
  RLMESH_ASSERT_OK(Reset());
  action_.Reset(script_.contract.action_space, 1);
  action_.Set<int64_t>(0, 0, 3);
  StepRequest step;
  step.actions = action_.view();
  EXPECT_THAT(Step(step), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("not in range [0, 3)")));
}

TEST_F(RemoteEnvironmentTest, AnExceptionArrivesWithItsTraceback) {
  Start();
  RLMESH_ASSERT_OK(Reset());
  script_.on_step = [](const StepRequest&) {
    absl::Status status = absl::InternalError("ValueError: bad");
    SetErrorDetails({"ValueError",
                     "Traceback (most recent call last):\n  File \"e.py\"\n"
                     "ValueError: bad\n",
                     true},
                    &status);
    return status;
  };
  const absl::Status status = Step();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal,
                               "step failed: ValueError: bad"));
  EXPECT_EQ(GetErrorDetails(status).exception_type, "ValueError");
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
  script_.on_step = nullptr;
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kFailedPrecondition));
  RLMESH_ASSERT_OK(Reset());
  RLMESH_EXPECT_OK(Step());
}

TEST_F(RemoteEnvironmentTest, AFatalErrorLosesTheSessionButNotTheServer) {
  Start();
  RLMESH_ASSERT_OK(Reset());
  script_.on_step = [](const StepRequest&) {
    return absl::UnavailableError("the worker is gone");
  };
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("the worker is gone")));
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("reset")));
  script_.on_step = nullptr;
  RLMESH_ASSERT_OK(Reset());
  RLMESH_EXPECT_OK(Step());
}

TEST_F(RemoteEnvironmentTest, ADeadlineEndsAHangingStep) {
  const auto cancelled = std::make_shared<Gate>();
  script_.on_cancel = [cancelled] { cancelled->Open(); };
  script_.on_step = [cancelled](const StepRequest& request) {
    if (request.timeout > absl::Seconds(1)) return absl::OkStatus();
    cancelled->Await();  // an environment that ignores deadlines
    return absl::CancelledError("stopped");
  };
  Start();
  RLMESH_ASSERT_OK(Reset());
  StepRequest step;
  step.timeout = absl::Milliseconds(50);
  const absl::Status status = Step(step);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded,
                               HasSubstr(server_->address().ToString())));
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
  // The server noticed that nobody waits, and the next session works.
  cancelled->Await();
  RLMESH_EXPECT_OK(Reset());
  RLMESH_EXPECT_OK(Step());
}

TEST_F(RemoteEnvironmentTest, CancelEndsARunningStep) {
  const auto stepping = std::make_shared<Gate>();
  const auto cancelled = std::make_shared<Gate>();
  script_.on_cancel = [cancelled] { cancelled->Open(); };
  script_.on_step = [stepping, cancelled](const StepRequest&) {
    stepping->Open();
    cancelled->Await();
    return absl::CancelledError("stopped");
  };
  Start();
  RLMESH_ASSERT_OK(Reset());
  absl::Status status;
  std::thread stepper([&] { status = Step(); });
  stepping->Await();
  env_->Cancel();
  stepper.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(RemoteEnvironmentTest, AServerThatStopsEndsTheSessionWithWords) {
  Start();
  RLMESH_ASSERT_OK(Reset());
  server_->Stop();
  const absl::Status status = Step();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable,
                               AllOf(HasSubstr("shutting down"),
                                     HasSubstr(server_->address().path()))));
  EXPECT_THAT(
      RemoteEnvironmentFactory::Connect(server_->address(), {}),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no such socket")));
}

TEST_F(RemoteEnvironmentTest, ASingleInstanceTakesOneClientAtATime) {
  script_.max_environments = 1;
  Start();
  RLMESH_ASSERT_OK(Reset());
  const std::unique_ptr<RemoteEnvironment> second = Make();
  Observation observation;
  EXPECT_THAT(second->Reset({}, &observation),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("environment already has an active Join "
                                 "session; only one client may be connected "
                                 "at a time")));
  RLMESH_ASSERT_OK(env_->Close());
  RLMESH_EXPECT_OK(second->Reset({}, &observation));
  EXPECT_THAT(Reset(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                HasSubstr("not connected")));
}

TEST_F(RemoteEnvironmentTest, EverySessionHasAnEnvironmentOfItsOwn) {
  server_options_.service.max_sessions = 3;
  Start();
  std::vector<std::unique_ptr<RemoteEnvironment>> sessions;
  Observation observation;
  for (int i = 0; i < 3; ++i) {
    sessions.push_back(Make());
    RLMESH_ASSERT_OK(sessions.back()->Reset({}, &observation));
  }
  EXPECT_EQ(script_.live, 3);
  EXPECT_THAT(Reset(), StatusIs(absl::StatusCode::kResourceExhausted,
                                HasSubstr("all 3 sessions")));
}

TEST_F(RemoteEnvironmentTest, ShutdownIsRefusedUnlessAllowed) {
  Start();
  EXPECT_THAT(factory_->connection().Shutdown("owner"), IsOkAndHolds(false));
  server_options_.service.allow_remote_shutdown = true;
  Start();
  EXPECT_THAT(factory_->connection().Shutdown("owner"), IsOkAndHolds(true));
  server_->AwaitEnd();
}

TEST_F(RemoteEnvironmentTest, AnEditionNobodyImplementsIsRefusedHere) {
  options_.introduction.edition = "2099.01";
  EXPECT_THAT(
      RemoteEnvironmentFactory::Connect(*Address::ForConnect("h:1"), options_),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("2099.01"), HasSubstr("2026.06"))));
}

}  // namespace
}  // namespace rlmesh
