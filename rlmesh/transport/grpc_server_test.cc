// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/grpc_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

// A service that answers nothing, so that there is something to serve.
HostedService Anything() {
  static auto* const service = new env::v1::EnvService::CallbackService;
  return {wire::kEnvService, service};
}

// The bytes that grpc.health.v1.Health/Check answers about `service`.
std::string Health(const std::shared_ptr<grpc::Channel>& channel,
                   const std::string& service) {
  std::string request;
  if (!service.empty()) {
    request = std::string("\x0a") + static_cast<char>(service.size()) + service;
  }
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(
      &context, "/grpc.health.v1.Health/Check", sent, &queue);
  call->StartCall();
  grpc::ByteBuffer received;
  grpc::Status status;
  call->Finish(&received, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  if (!status.ok()) return status.error_message();
  grpc::Slice answer;
  return received.DumpToSingleSlice(&answer).ok()
             ? std::string(answer.begin(), answer.end())
             : "no answer";
}

TEST(GrpcServerTest, ReportsThePortThatTheSystemPicked) {
  const auto server =
      GrpcServer::Start({*Address::ForBind("127.0.0.1:0")}, {Anything()});
  RLMESH_ASSERT_OK(server);
  EXPECT_GT((*server)->address().port(), 0);
}

TEST(GrpcServerTest, ABusyPortIsAnErrorWithAProposal) {
  const auto server =
      GrpcServer::Start({*Address::ForBind("127.0.0.1:0")}, {Anything()});
  RLMESH_ASSERT_OK(server);
  EXPECT_THAT(GrpcServer::Start({(*server)->address()}, {Anything()}),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr("the next free port is")));
}

TEST(GrpcServerTest, ItsSocketIsPrivateAndGoesWithIt) {
  const TempDir dir = *TempDir::Create("server");
  const std::string path = dir.path() + "/s";
  auto server = GrpcServer::Start(
      {*Address::ForBind(absl::StrCat("unix://", path))}, {Anything()});
  RLMESH_ASSERT_OK(server);
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 0777, 0600);
  EXPECT_THAT(GrpcServer::Start({(*server)->address()}, {Anything()}),
              StatusIs(absl::StatusCode::kAlreadyExists));
  (*server)->Shutdown(absl::ZeroDuration());
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST(GrpcServerTest, TheSocketOfASuccessorStays) {
  const TempDir dir = *TempDir::Create("server");
  const Address address =
      *Address::ForBind(absl::StrCat("unix://", dir.path(), "/s"));
  auto first = GrpcServer::Start({address}, {Anything()});
  RLMESH_ASSERT_OK(first);
  ASSERT_EQ(unlink(address.path().c_str()), 0);
  auto second = GrpcServer::Start({address}, {Anything()});
  RLMESH_ASSERT_OK(second);
  (*first)->Shutdown(absl::ZeroDuration());
  const auto channel = ConnectChannel(address, {});
  RLMESH_ASSERT_OK(channel);
  EXPECT_EQ(Health(*channel, ""), "\x08\x01");
}

// A published client pings an idle connection every 30 s; here it is every
// 50 ms. A server with gRPC's defaults says "Too many pings" at the third.
TEST(GrpcServerTest, AnIdleClientThatPingsIsKept) {
  const auto server =
      GrpcServer::Start({*Address::ForBind("127.0.0.1:0")}, {Anything()});
  RLMESH_ASSERT_OK(server);
  grpc::ChannelArguments args = MakeChannelArguments((*server)->address());
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 50);
  const std::shared_ptr<grpc::Channel> channel =
      grpc::CreateCustomChannel((*server)->address().ConnectTarget(),
                                grpc::InsecureChannelCredentials(), args);
  ASSERT_TRUE(channel->WaitForConnected(std::chrono::system_clock::now() +
                                        std::chrono::seconds(30)));
  EXPECT_FALSE(channel->WaitForStateChange(
      GRPC_CHANNEL_READY,
      std::chrono::system_clock::now() + std::chrono::milliseconds(1500)))
      << "the server hung up";
}

TEST(GrpcServerTest, HealthSaysServingUntilTheDrain) {
  const auto server =
      GrpcServer::Start({*Address::ForBind("127.0.0.1:0")}, {Anything()});
  RLMESH_ASSERT_OK(server);
  const auto channel = ConnectChannel((*server)->address(), {});
  RLMESH_ASSERT_OK(channel);
  for (const char* name : {"", wire::kEnvService}) {
    EXPECT_EQ(Health(*channel, name), "\x08\x01") << name;  // SERVING
  }
  (*server)->Drain();
  for (const char* name : {"", wire::kEnvService}) {
    EXPECT_EQ(Health(*channel, name), "\x08\x02") << name;  // NOT_SERVING
  }
}

TEST(GrpcServerTest, ToleratesThePingsOfPublishedClients) {
  bool strikes_off = false;
  for (const auto& [name, value] : ServerArguments()) {
    strikes_off |= name == "grpc.http2.max_ping_strikes" && value == 0;
  }
  EXPECT_TRUE(strikes_off);
}

}  // namespace
}  // namespace rlmesh
