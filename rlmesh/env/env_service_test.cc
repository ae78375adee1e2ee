// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/env_service.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/testing/gate.h"
#include "rlmesh/env/testing/in_process_env_server.h"
#include "rlmesh/env/testing/raw_join.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/grpc_status.h"

namespace rlmesh {
namespace {

using env::v1::JoinRequest;
using env::v1::JoinResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class EnvServiceTest : public ::testing::Test {
 protected:
  EnvServiceTest() { script_.contract = SimpleContract(); }

  void Start() {
    server_ = std::make_unique<InProcessEnvServer>(
        std::make_unique<ScriptedFactory>(&script_), options_);
    channel_ = Connect();
  }
  std::shared_ptr<grpc::Channel> Connect() {
    return ConnectChannel(server_->address(), {}).value();
  }
  // A session that may have to wait until an earlier one has ended.
  std::unique_ptr<RawJoin> JoinWhenFree() {
    while (true) {
      auto join = std::make_unique<RawJoin>(channel_);
      if (join->Reset().has_reset()) return join;
      const absl::Status status = join->Finish();
      // Unavailable: this thread was too slow for a short timeout.
      if (!absl::IsFailedPrecondition(status) && !absl::IsUnavailable(status)) {
        ADD_FAILURE() << status;
        return nullptr;
      }
    }
  }

  Script script_;
  EnvServerOptions options_;
  std::unique_ptr<InProcessEnvServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

env::v1::HandshakeResponse Shake(const std::shared_ptr<grpc::Channel>& channel,
                                 const std::string& generation,
                                 absl::Status* status) {
  env::v1::HandshakeRequest request;
  if (!generation.empty()) {
    request.mutable_base()->set_protocol_generation(generation);
  }
  env::v1::HandshakeResponse response;
  grpc::ClientContext context;
  *status = FromGrpcStatus(env::v1::EnvService::NewStub(channel)->Handshake(
      &context, request, &response));
  return response;
}

TEST_F(EnvServiceTest, HandshakesCarryTheContractExactlyWhenCompatible) {
  Start();
  absl::Status status;
  env::v1::HandshakeResponse response =
      Shake(channel_, "rlmesh-wire-v1", &status);
  RLMESH_ASSERT_OK(status);
  EXPECT_TRUE(response.base().compatible());
  EXPECT_EQ(response.base().capabilities().at("subset_step"), "true");
  EXPECT_EQ(response.env_contract().num_envs(), 1);
  EXPECT_EQ(response.env_contract().spec().id(), "Scripted-v0");

  response = Shake(channel_, "rlmesh.protocol.v1", &status);
  RLMESH_ASSERT_OK(status);
  EXPECT_FALSE(response.base().compatible());
  EXPECT_FALSE(response.has_env_contract());

  Shake(channel_, "", &status);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "handshake request missing base"));
}

TEST_F(EnvServiceTest, ALockstepEnvironmentHasNoSubsets) {
  script_.contract.autoreset_mode = AutoresetMode::kNextStep;
  Start();
  absl::Status status;
  EXPECT_EQ(Shake(channel_, "rlmesh-wire-v1", &status)
                .base()
                .capabilities()
                .count("subset_step"),
            0);
}

// A published client waits for the headers before it says anything.
TEST_F(EnvServiceTest, TheHeadersOfJoinComeAtOnce) {
  Start();
  RawJoin join(channel_);
  join.WaitForHeaders();
  EXPECT_TRUE(join.Reset().has_reset());
}

TEST_F(EnvServiceTest, ResetNeedsNoConfigureAndIdsAreEchoed) {
  Start();
  RawJoin join(channel_);
  EXPECT_EQ(join.Reset().request_id(), "r1");
  const JoinResponse step = join.Step();
  EXPECT_EQ(step.request_id(), "r2");
  EXPECT_THAT(step.step().rewards(), ElementsAre(1));
  EXPECT_TRUE(step.has_endpoint_total_ns());
  EXPECT_EQ(join.Step(7).request_id(), "r2");
}

TEST_F(EnvServiceTest, HalfCloseEndsWithOk) {
  Start();
  RawJoin join(channel_);
  ASSERT_TRUE(join.Reset().has_reset());
  join.WritesDone();
  JoinResponse response;
  EXPECT_FALSE(join.Read(&response));
  RLMESH_EXPECT_OK(join.Finish());
}

TEST_F(EnvServiceTest, CloseIsAnsweredAndEndsWithOk) {
  Start();
  RawJoin join(channel_);
  ASSERT_TRUE(join.Reset().has_reset());
  JoinRequest close;
  close.mutable_close();
  EXPECT_EQ(join.Ask(close).close().final_episodes_size(), 1);
  JoinResponse response;
  EXPECT_FALSE(join.Read(&response));
  RLMESH_EXPECT_OK(join.Finish());
}

TEST_F(EnvServiceTest, AFatalErrorIsAnsweredAndEndsWithOk) {
  script_.on_reset = [](const ResetRequest&) {
    return absl::InternalError("no");
  };
  Start();
  RawJoin join(channel_);
  const JoinResponse response = join.Reset();
  EXPECT_FALSE(response.error().is_recoverable());
  JoinResponse more;
  EXPECT_FALSE(join.Read(&more));
  RLMESH_EXPECT_OK(join.Finish());
}

TEST_F(EnvServiceTest, ASecondClientOfASingleEnvironmentIsRefused) {
  script_.max_environments = 1;
  Start();
  auto first = std::make_unique<RawJoin>(channel_);
  ASSERT_TRUE(first->Reset().has_reset());
  RawJoin second(channel_);
  JoinResponse response;
  EXPECT_FALSE(second.Read(&response));
  EXPECT_THAT(second.Finish(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("environment already has an active Join "
                                 "session; only one client may be connected at "
                                 "a time")));
  first.reset();
  EXPECT_NE(JoinWhenFree(), nullptr);
}

TEST_F(EnvServiceTest, AClientThatVanishesInMidStepFreesItsSlot) {
  script_.max_environments = 1;
  const auto stepping = std::make_shared<Gate>();
  const auto cancelled = std::make_shared<Gate>();
  script_.on_cancel = [cancelled] { cancelled->Open(); };
  script_.on_step = [stepping, cancelled](const StepRequest&) {
    stepping->Open();
    cancelled->Await();
    return absl::OkStatus();
  };
  Start();
  {
    RawJoin join(channel_);
    ASSERT_TRUE(join.Reset().has_reset());
    ASSERT_TRUE(join.Write(RawJoin::StepOf(1)));
    stepping->Await();
  }
  const std::unique_ptr<RawJoin> next = JoinWhenFree();
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(script_.live, 1);
  EXPECT_EQ(script_.created, 2);
}

TEST_F(EnvServiceTest, InlineEnvironmentsAnswerToo) {
  script_.is_inline = true;
  Start();
  RawJoin join(channel_);
  ASSERT_TRUE(join.Reset().has_reset());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(join.Step().has_step());
}

// Reads stop while an answer waits to be written: a client that never reads
// cannot make the server compute or keep more than the connection holds.
TEST_F(EnvServiceTest, AClientThatDoesNotReadIsNotServedAhead) {
  constexpr int kSteps = 4;
  spaces::v1::SpaceSpec image;
  image.add_shape(32 << 20);  // more than the connection holds
  image.set_dtype(spaces::v1::DATA_TYPE_UINT8);
  image.mutable_box()->set_unbounded(true);
  script_.contract.observation_space = *SpaceSpec::FromProto(image);
  script_.is_inline = true;
  script_.observe = [](ValueBuffer*) {};
  std::atomic<int> reads{0};
  std::vector<int> reads_at;
  script_.on_step = [&reads, &reads_at](const StepRequest&) {
    reads_at.push_back(reads);
    return absl::OkStatus();
  };
  Start();
  RawJoin join(channel_);
  ASSERT_TRUE(join.Reset().has_reset());
  for (int i = 0; i < kSteps; ++i) {
    ASSERT_TRUE(join.Write(RawJoin::StepOf(1)));
  }
  // The same connection brings these after the steps, and they are answered.
  absl::Status status;
  for (int i = 0; i < 50; ++i) Shake(channel_, "rlmesh-wire-v1", &status);
  RLMESH_ASSERT_OK(status);
  JoinResponse response;
  for (int i = 0; i < kSteps; ++i) {
    ++reads;
    ASSERT_TRUE(join.Read(&response));
    EXPECT_TRUE(response.has_step());
  }
  ASSERT_EQ(reads_at.size(), kSteps);
  for (int i = 1; i < kSteps; ++i) EXPECT_GE(reads_at[i], i) << i;
}

TEST_F(EnvServiceTest, AClientThatAsksForNothingLosesItsPlace) {
  script_.max_environments = 1;
  options_.service.first_request_timeout = absl::Milliseconds(20);
  Start();
  RawJoin silent(channel_);
  JoinResponse response;
  EXPECT_FALSE(silent.Read(&response));
  EXPECT_THAT(silent.Finish(),
              StatusIs(absl::StatusCode::kUnavailable,
                       "no request came within 20ms of joining; join when "
                       "there is one to send"));
  EXPECT_NE(JoinWhenFree(), nullptr);
}

TEST_F(EnvServiceTest, AnIdleSessionEndsWithItsEnvironment) {
  script_.max_environments = 1;
  options_.service.session_timeout = absl::Milliseconds(50);
  Start();
  std::unique_ptr<RawJoin> idle = JoinWhenFree();
  ASSERT_NE(idle, nullptr);
  JoinResponse response;
  EXPECT_FALSE(idle->Read(&response));
  EXPECT_THAT(idle->Finish(),
              StatusIs(absl::StatusCode::kUnavailable,
                       "the session was ended after 50ms without a request "
                       "(--session_timeout=50ms); open another one"));
  ASSERT_NE(JoinWhenFree(), nullptr);
  EXPECT_LE(script_.live, 1);  // though there were two
}

TEST_F(EnvServiceTest, AClientThatDoesNotReadLosesItsPlace) {
  script_.max_environments = 1;
  spaces::v1::SpaceSpec image;
  image.set_dtype(spaces::v1::DATA_TYPE_UINT8);
  image.add_shape(int64_t{16} << 20);  // more than HTTP/2 takes unread
  image.mutable_box()->set_unbounded(true);
  script_.contract.observation_space = SpaceSpec::FromProto(image).value();
  script_.observe = [](ValueBuffer*) {};  // zeros
  options_.service.session_timeout = absl::Milliseconds(500);
  Start();
  RawJoin deaf(channel_);
  deaf.WaitForHeaders();
  JoinRequest reset;
  reset.mutable_reset()->add_episode_ids("ep");
  ASSERT_TRUE(deaf.Write(reset));
  channel_ = Connect();
  EXPECT_NE(JoinWhenFree(), nullptr);
}

TEST_F(EnvServiceTest, StoppingLetsARunningStepAnswer) {
  const auto stepping = std::make_shared<Gate>();
  const auto go_on = std::make_shared<Gate>();
  script_.on_step = [stepping, go_on](const StepRequest&) {
    stepping->Open();
    go_on->Await();
    return absl::OkStatus();
  };
  Start();
  RawJoin join(channel_);
  ASSERT_TRUE(join.Reset().has_reset());
  ASSERT_TRUE(join.Write(RawJoin::StepOf(1)));
  stepping->Await();
  std::thread stopper([this] { server_->Stop(); });
  // New sessions are refused as soon as the server drains.
  while (true) {
    RawJoin late(channel_);
    if (late.Reset().has_reset()) continue;
    EXPECT_THAT(late.Finish(), StatusIs(absl::StatusCode::kUnavailable,
                                        HasSubstr("shutting down")));
    break;
  }
  go_on->Open();
  JoinResponse response;
  ASSERT_TRUE(join.Read(&response));
  EXPECT_TRUE(response.has_step());
  EXPECT_FALSE(join.Read(&response));
  EXPECT_THAT(join.Finish(), StatusIs(absl::StatusCode::kUnavailable,
                                      HasSubstr("shutting down")));
  stopper.join();
  EXPECT_EQ(script_.live, 0);
}

TEST_F(EnvServiceTest, ALateStepIsCancelledWhenTheDrainTimeIsOver) {
  const auto cancelled = std::make_shared<Gate>();
  script_.on_cancel = [cancelled] { cancelled->Open(); };
  script_.on_step = [cancelled](const StepRequest&) {
    cancelled->Await();
    return absl::CancelledError("stopped");
  };
  options_.loop.drain_timeout = absl::Milliseconds(10);
  Start();
  RawJoin join(channel_);
  ASSERT_TRUE(join.Reset().has_reset());
  ASSERT_TRUE(join.Write(RawJoin::StepOf(1)));
  server_->Stop();
  EXPECT_EQ(script_.live, 0);
}

TEST_F(EnvServiceTest, AnIdleServerStopsByItself) {
  options_.loop.idle_timeout = absl::Milliseconds(20);
  Start();
  server_->AwaitEnd();
}

TEST_F(EnvServiceTest, ShutdownAnswersInThePublishedWords) {
  Start();
  const auto ask = [this](const char* reason) {
    env::v1::ShutdownRequest request;
    if (reason != nullptr) request.mutable_base()->set_reason(reason);
    env::v1::ShutdownResponse response;
    grpc::ClientContext context;
    const absl::Status status =
        FromGrpcStatus(env::v1::EnvService::NewStub(channel_)->Shutdown(
            &context, request, &response));
    return std::make_pair(status, response.base());
  };
  EXPECT_THAT(ask(nullptr).first, StatusIs(absl::StatusCode::kInvalidArgument,
                                           "shutdown request missing base"));
  EXPECT_FALSE(ask("x").second.accepted());
  EXPECT_EQ(ask("x").second.message(),
            "remote shutdown is disabled for this environment endpoint");
  options_.service.allow_remote_shutdown = true;
  Start();
  const core::v1::ShutdownResponse answer = ask("done").second;
  EXPECT_TRUE(answer.accepted());
  EXPECT_EQ(answer.message(), "shutdown accepted: done");
  server_->AwaitEnd();
}

TEST(EnvServiceOptionsTest, NamesWhatIsWrong) {
  EnvServiceOptions options;
  RLMESH_EXPECT_OK(options.Validate());
  options.max_sessions = 0;
  EXPECT_THAT(options.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("max_sessions is 0")));
  options = EnvServiceOptions();
  options.session_timeout = absl::ZeroDuration();
  EXPECT_THAT(options.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("session_timeout is 0")));
  options = EnvServiceOptions();
  options.introduction.edition = "2099.01";
  EXPECT_THAT(options.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("2099.01")));
}

}  // namespace
}  // namespace rlmesh
