// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Tokens between EnvService and its clients, over a Unix socket.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/env_server.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/env/testing/in_process_env_server.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/credentials/token.h"
#include "rlmesh/transport/grpc_status.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kToken[] = "0123456789abcdef";

// What a client may come with instead of the token.
const std::vector<absl::optional<std::string>>& WrongOnes() {
  static const auto* const wrong = new std::vector<absl::optional<std::string>>{
      absl::nullopt,          "",
      "0123456789abcde",      "0123456789abcdef0",
      "0123456789ABCDEF",     "Bearer 0123456789abcdef",
      std::string(5000, 'x'),
  };
  return *wrong;
}

class EnvTokenTest : public ::testing::Test {
 protected:
  EnvTokenTest() {
    script_.contract = SimpleContract();
    options_.service.token = *Token::Parse(kToken);
    options_.service.max_sessions = 1;
    options_.service.allow_remote_shutdown = true;
    server_ = std::make_unique<InProcessEnvServer>(
        std::make_unique<ScriptedFactory>(&script_), options_);
    channel_ = ConnectChannel(server_->address(), {}).value();
    stub_ = env::v1::EnvService::NewStub(channel_);
  }

  static std::unique_ptr<grpc::ClientContext> Context(
      const absl::optional<std::string>& authorization) {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    if (authorization.has_value()) {
      context->AddMetadata("authorization", *authorization);
    }
    return context;
  }
  absl::Status Shake(const absl::optional<std::string>& authorization) {
    env::v1::HandshakeRequest request;
    request.mutable_base()->set_protocol_generation("rlmesh-wire-v1");
    env::v1::HandshakeResponse response;
    return FromGrpcStatus(
        stub_->Handshake(Context(authorization).get(), request, &response));
  }
  // OK when a reset is answered.
  absl::Status Join(const absl::optional<std::string>& authorization) {
    const std::unique_ptr<grpc::ClientContext> context = Context(authorization);
    const auto stream = stub_->Join(context.get());
    env::v1::JoinRequest request;
    request.mutable_reset()->add_episode_ids("ep");
    env::v1::JoinResponse response;
    if (stream->Write(request) && stream->Read(&response) &&
        response.has_reset()) {
      context->TryCancel();
      stream->Finish();
      return absl::OkStatus();
    }
    return FromGrpcStatus(stream->Finish());
  }
  absl::Status Shutdown(const absl::optional<std::string>& authorization) {
    env::v1::ShutdownRequest request;
    request.mutable_base()->set_reason("test");
    env::v1::ShutdownResponse response;
    return FromGrpcStatus(
        stub_->Shutdown(Context(authorization).get(), request, &response));
  }
  RemoteOptions ClientWith(absl::string_view token) {
    RemoteOptions options;
    if (!token.empty()) options.connect.security.token = *Token::Parse(token);
    return options;
  }

  Script script_;
  EnvServerOptions options_;
  std::unique_ptr<InProcessEnvServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<env::v1::EnvService::Stub> stub_;
};

TEST_F(EnvTokenTest, EveryCallWithoutItIsRefusedInThePublishedWords) {
  const auto refused =
      StatusIs(absl::StatusCode::kUnauthenticated, "invalid env token");
  for (const absl::optional<std::string>& wrong : WrongOnes()) {
    EXPECT_THAT(Shake(wrong), refused);
    EXPECT_THAT(Join(wrong), refused);
    EXPECT_THAT(Shutdown(wrong), refused);
  }
  EXPECT_EQ(script_.live, 0);
}

TEST_F(EnvTokenTest, EveryCallWithItIsAnswered) {
  RLMESH_EXPECT_OK(Shake(kToken));
  // Those that were refused have taken no place: there is one.
  for (const absl::optional<std::string>& wrong : WrongOnes()) {
    Join(wrong).IgnoreError();
  }
  RLMESH_EXPECT_OK(Join(kToken));
  RLMESH_EXPECT_OK(Shutdown(kToken));
  server_->AwaitEnd();
}

TEST_F(EnvTokenTest, HealthNeedsNone) {
  const std::unique_ptr<grpc::ClientContext> context = Context(absl::nullopt);
  grpc::CompletionQueue queue;
  const grpc::Slice nothing("");
  const grpc::ByteBuffer request(&nothing, 1);
  const auto call = grpc::GenericStub(channel_).PrepareUnaryCall(
      context.get(), "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(EnvTokenTest, AClientThatHasItPlays) {
  const auto factory =
      RemoteEnvironmentFactory::Connect(server_->address(), ClientWith(kToken));
  RLMESH_ASSERT_OK(factory);
  const auto environment = (*factory)->Create();
  RLMESH_ASSERT_OK(environment);
  Observation observation;
  RLMESH_EXPECT_OK((*environment)->Reset(ResetRequest(), &observation));
  RLMESH_EXPECT_OK((*environment)->Close());
  EXPECT_THAT((*factory)->connection().Shutdown("test"), IsOkAndHolds(true));
  server_->AwaitEnd();
}

TEST_F(EnvTokenTest, AClientWithoutItIsToldAtOnceToBringIt) {
  EXPECT_THAT(
      RemoteConnection::Connect(server_->address(), ClientWith("")),
      StatusIs(absl::StatusCode::kUnauthenticated,
               AllOf(HasSubstr(server_->address().ToString()),
                     HasSubstr("invalid env token"), HasSubstr("--token_file"),
                     HasSubstr("RLMESH_TOKEN_FILE"))));
}

TEST_F(EnvTokenTest, AClientWithAnotherOneIsToldSoAndNotWhich) {
  EXPECT_THAT(
      RemoteConnection::Connect(server_->address(), ClientWith("a-secret")),
      StatusIs(absl::StatusCode::kUnauthenticated,
               AllOf(HasSubstr("another one"), Not(HasSubstr("a-secret")),
                     Not(HasSubstr(kToken)))));
}

// As the published server does.
TEST(EnvWithoutTokenTest, ATokenThatNobodyAskedForIsIgnored) {
  Script script;
  script.contract = SimpleContract();
  const InProcessEnvServer server(std::make_unique<ScriptedFactory>(&script));
  RemoteOptions options;
  options.connect.security.token = *Token::Parse(kToken);
  RLMESH_EXPECT_OK(RemoteConnection::Connect(server.address(), options));
}

}  // namespace
}  // namespace rlmesh
