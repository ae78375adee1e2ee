// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Clients that speak gRPC and nothing else we know.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
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
#include "rlmesh/proto/env/v1/interaction.pb.h"
#include "rlmesh/spaces/testing/excess.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/testing/raw_client.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using env::v1::JoinRequest;
using env::v1::JoinResponse;
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

  // Sends `bytes` after a reset; what came for it.
  std::vector<JoinResponse> SendAfterReset(const std::string& bytes) {
    const std::vector<std::string> messages = {ResetBytes(), bytes};
    std::vector<std::string> answers;
    EXPECT_THAT(client().Join(messages, &answers), IsOk());
    EXPECT_FALSE(answers.empty());
    std::vector<JoinResponse> responses(answers.size());
    for (size_t i = 0; i < answers.size(); ++i) {
      EXPECT_TRUE(responses[i].ParseFromString(answers[i]));
    }
    EXPECT_TRUE(responses[0].has_reset()) << responses[0].DebugString();
    responses.erase(responses.begin());
    EXPECT_LE(responses.size(), 1);
    return responses;
  }

  static std::string ResetBytes(const std::string& id = "reset") {
    JoinRequest request;
    request.mutable_reset()->add_episode_ids("e1");
    request.set_request_id(id);
    return request.SerializeAsString();
  }
  static std::string StepBytes(const std::string& id = "step") {
    JoinRequest request;
    request.mutable_step()->mutable_action()->add_leaves("\1\0\0\0\0\0\0\0", 8);
    request.mutable_step()->add_env_indices(0);
    request.mutable_step()->add_episode_ids("e1");
    request.mutable_step()->set_timeout_ms(1000);
    request.set_request_id(id);
    return request.SerializeAsString();
  }

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

TEST_F(HostileClientTest, TenRequestsWithoutReadingAreAnsweredInOrder) {
  std::vector<std::string> messages = {ResetBytes("0")};
  for (int i = 1; i < 10; ++i) messages.push_back(StepBytes(absl::StrCat(i)));
  std::vector<std::string> answers;
  RLMESH_ASSERT_OK(client().Join(messages, &answers));
  ASSERT_EQ(answers.size(), 10);
  for (int i = 0; i < 10; ++i) {
    JoinResponse response;
    ASSERT_TRUE(response.ParseFromString(answers[i]));
    EXPECT_EQ(response.request_id(), absl::StrCat(i));
    EXPECT_EQ(response.has_reset(), i == 0);
    EXPECT_EQ(response.has_step(), i > 0);
  }
}

TEST_F(HostileClientTest, AStepCutAnywhereAfterAResetIsAnsweredOrEndsIt) {
  const std::string good = StepBytes();
  ASSERT_EQ(SendAfterReset(good).size(), 1);
  EXPECT_TRUE(SendAfterReset(good)[0].has_step());
  int ended = 0;
  for (size_t size = 0; size < good.size(); ++size) {
    const auto answers = SendAfterReset(good.substr(0, size));
    ended += answers.empty();
  }
  EXPECT_GT(ended, 10);
}

TEST_F(HostileClientTest, AChangedStepAfterAResetIsAnsweredOrEndsIt) {
  const std::string good = StepBytes();
  Random random(12);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::string bytes = good;
    for (uint64_t n = 1 + random.Below(3); n > 0; --n) {
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Below(256));
    }
    for (const JoinResponse& answer : SendAfterReset(bytes)) {
      refused += answer.has_error();
    }
  }
  EXPECT_GT(refused, 10);
}

TEST_F(HostileClientTest, ResetOptionsOfAnyDepthAndWidthAreAnsweredOrEndIt) {
  for (const spaces::v1::MetaMap& options :
       {DeepMeta(24), DeepMeta(33), DeepMeta(200), WideMeta(1000000)}) {
    JoinRequest request;
    *request.mutable_reset()->mutable_options() = options;
    request.set_request_id("wild");
    const absl::Time start = absl::Now();
    for (const JoinResponse& answer :
         SendAfterReset(request.SerializeAsString())) {
      EXPECT_TRUE(answer.has_reset() || answer.has_error());
      EXPECT_EQ(answer.request_id(), "wild");
    }
    EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  }
}

// Whatever bytes come, a stream ends or is answered, and the server lives on.
TEST_F(HostileClientTest, RandomBytesDoNoHarm) {
  const std::string good = StepBytes();
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
