// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Clients that speak gRPC and nothing else we know.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/env_service.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/env/testing/in_process_env_server.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/testing/raw_client.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class HostileClientTest : public ::testing::Test {
 protected:
  HostileClientTest() {
    script_.contract = SimpleContract();
    server_ = std::make_unique<InProcessEnvServer>(
        std::make_unique<ScriptedFactory>(&script_));
    channel_ = ConnectChannel(server_->address(), {}).value();
  }

  // After whatever was done to it, the server serves the next client.
  ~HostileClientTest() override {
    auto factory = RemoteEnvironmentFactory::Connect(server_->address(), {});
    EXPECT_TRUE(factory.ok()) << factory.status();
    if (!factory.ok()) return;
    std::unique_ptr<Environment> env = *(*factory)->Create();
    Observation observation;
    RLMESH_EXPECT_OK(env->Reset({}, &observation));
  }

  RawClient client() { return RawClient(channel_, wire::kEnvService); }

  Script script_;
  std::unique_ptr<InProcessEnvServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(HostileClientTest, AJoinMessageThatDoesNotParseEndsTheStreamWithOk) {
  int answers = -1;
  RLMESH_EXPECT_OK(client().Join("\xff\xff\xff", &answers));
  EXPECT_EQ(answers, 0);
}

TEST_F(HostileClientTest, AHandshakeThatDoesNotParseIsAnError) {
  EXPECT_THAT(client().Handshake("\x0a\xff"),
              StatusIs(absl::StatusCode::kInternal,
                       HasSubstr("failed to decode Protobuf message")));
}

TEST_F(HostileClientTest, AClientOfTheFirstGenerationIsToldBoth) {
  EXPECT_THAT(client().Handshake("\x0a\x12rlmesh.protocol.v1"),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("rlmesh.protocol.v1"),
                             HasSubstr("rlmesh-wire-v1"))));
}

TEST_F(HostileClientTest, CompressionIsRefused) {
  int answers = -1;
  EXPECT_THAT(
      client().Join(std::string(10000, 'a'), &answers, GRPC_COMPRESS_GZIP),
      StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(HostileClientTest, AMessageAboveTheLimitEndsTheStream) {
  int answers = -1;
  grpc::ChannelArguments args = MakeChannelArguments(server_->address());
  args.SetMaxSendMessageSize(-1);
  channel_ =
      grpc::CreateCustomChannel(server_->address().ConnectTarget(),
                                grpc::InsecureChannelCredentials(), args);
  EXPECT_THAT(
      client().Join(std::string(wire::kMaxMessageBytes + 1, '\0'), &answers),
      StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(answers, 0);
}

// Whatever bytes come, a stream ends or is answered, and the server lives on.
TEST_F(HostileClientTest, RandomBytesDoNoHarm) {
  env::v1::JoinRequest request;
  request.mutable_step()->mutable_action()->add_leaves("\1\0\0\0\0\0\0\0", 8);
  request.mutable_step()->add_env_indices(0);
  request.set_request_id("id");
  const std::string good = request.SerializeAsString();
  Random random(11);
  for (int i = 0; i < 500; ++i) {
    std::string bytes = good;
    for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Below(256));
    }
    if (random.Below(3) == 0) bytes.resize(random.Below(bytes.size()));
    int answers = -1;
    RLMESH_EXPECT_OK(client().Join(bytes, &answers));
    EXPECT_LE(answers, 1);
  }
}

}  // namespace
}  // namespace rlmesh
