// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Limits of the published package that our server does not have: the rows of
// section 27 of the reference of its Python interface that concern servers of
// environments.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/testing/in_process_env_server.h"
#include "rlmesh/env/testing/raw_join.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/grpc_status.h"
#include "rlmesh/transport/testing/raw_client.h"

namespace rlmesh {
namespace {

using env::v1::JoinRequest;
using env::v1::JoinResponse;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Limits27Test : public ::testing::Test {
 protected:
  Limits27Test() { script_.contract = SimpleContract(); }

  void Start() {
    server_ = std::make_unique<InProcessEnvServer>(
        std::make_unique<ScriptedFactory>(&script_), options_);
    channel_ = ConnectChannel(server_->address(), {}).value();
  }

  Script script_;
  EnvServerOptions options_;
  std::unique_ptr<InProcessEnvServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(Limits27Test, Limits27Row03BadCallKeepsTheStream) {
  bool fails = false;
  script_.on_step = [&fails](const StepRequest&) {
    if (!fails) return absl::OkStatus();
    absl::Status status = absl::InternalError("RuntimeError: boom");
    SetErrorDetails({"RuntimeError", "Traceback ...", true}, &status);
    return status;
  };
  Start();
  RawJoin join(channel_);
  EXPECT_EQ(join.Step().error().code(), env::v1::ENV_ERROR_CODE_NOT_READY);
  JoinRequest reset;
  reset.mutable_reset()->add_seeds(-1);
  EXPECT_EQ(join.Ask(reset).error().code(),
            env::v1::ENV_ERROR_CODE_INVALID_ACTION);
  ASSERT_TRUE(join.Reset().has_reset());
  EXPECT_EQ(join.Step(/*action=*/99).error().code(),
            env::v1::ENV_ERROR_CODE_INVALID_ACTION);
  fails = true;
  EXPECT_EQ(join.Step().error().code(), env::v1::ENV_ERROR_CODE_INTERNAL);
  fails = false;
  ASSERT_TRUE(join.Reset().has_reset());
  EXPECT_TRUE(join.Step().has_step());
}

TEST_F(Limits27Test, Limits27Row04EveryPeerOfTheGenerationIsAccepted) {
  Start();
  for (const char* release : {"0.1.0", "0.1.0rc5", "99.1.2-beta", ""}) {
    env::v1::HandshakeRequest request;
    request.mutable_base()->set_protocol_generation("rlmesh-wire-v1");
    request.mutable_base()->mutable_peer_info()->set_package_version(release);
    request.mutable_base()->add_supported_workflow_editions("2026.06-dev.abc");
    env::v1::HandshakeResponse response;
    grpc::ClientContext context;
    RLMESH_ASSERT_OK(
        FromGrpcStatus(env::v1::EnvService::NewStub(channel_)->Handshake(
            &context, request, &response)));
    EXPECT_TRUE(response.base().compatible()) << release;
  }
  // Nor is a session refused for how the edition is spelled.
  RawJoin join(channel_);
  JoinRequest configure;
  configure.mutable_configure()->set_selected_workflow_edition(
      "2026.06-dev.abc");
  EXPECT_TRUE(join.Ask(configure).has_configure());
}

TEST_F(Limits27Test, Limits27Row05ErrorNamesTheHolder) {
  script_.max_environments = 1;
  Start();
  RawJoin first(channel_);
  ASSERT_TRUE(first.Reset().has_reset());
  RawJoin second(channel_);
  JoinResponse response;
  EXPECT_FALSE(second.Read(&response));
  EXPECT_THAT(second.Finish(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("only one client may be connected at a "
                                       "time"),
                             HasSubstr("that is a client on the Unix socket "
                                       "(since "))));
}

TEST_F(Limits27Test, Limits27Row05AnIdleHolderLosesItsPlace) {
  script_.max_environments = 1;
  options_.service.session_timeout = absl::Milliseconds(20);
  Start();
  RawJoin forgotten(channel_);
  forgotten.Reset();
  while (true) {
    RawJoin next(channel_);
    if (next.Reset().has_reset()) break;
    next.Finish().IgnoreError();
  }
}

TEST_F(Limits27Test, Limits27Row07AfterATimeoutTheNextCallIsNotLate) {
  bool hangs = true;
  script_.on_step = [&hangs](const StepRequest& request) -> absl::Status {
    if (!hangs) return absl::OkStatus();
    // As an environment does that heeds the time it is given.
    return absl::DeadlineExceededError(absl::FormatDuration(request.timeout));
  };
  Start();
  RawJoin join(channel_);
  ASSERT_TRUE(join.Reset().has_reset());
  JoinRequest step = RawJoin::StepOf(1);
  step.mutable_step()->set_timeout_ms(50);
  const JoinResponse late = join.Ask(step);
  EXPECT_EQ(late.error().code(), env::v1::ENV_ERROR_CODE_TIMEOUT);
  EXPECT_THAT(late.error().message(),
              HasSubstr("env.step timed out after 50ms"));
  hangs = false;
  EXPECT_THAT(join.Step().error().message(), HasSubstr("reset it"));
  ASSERT_TRUE(join.Reset().has_reset());
  EXPECT_TRUE(join.Step().has_step());
}

TEST_F(Limits27Test, Limits27Row14HealthIsAlwaysOn) {
  Start();
  EXPECT_THAT(RawClient(channel_, "grpc.health.v1.Health").Call("Check", ""),
              IsOkAndHolds("\x08\x01"));  // SERVING
}

}  // namespace
}  // namespace rlmesh
