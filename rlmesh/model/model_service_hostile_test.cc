// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Clients that speak gRPC and break every other rule.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/model/model_server.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/model/testing/fake_model.h"
#include "rlmesh/proto/model/v1/interaction.pb.h"
#include "rlmesh/spaces/testing/discrete_space.h"
#include "rlmesh/spaces/testing/excess.h"
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
    ModelServerOptions options;
    options.listen.address = *Address::ForBind("127.0.0.1:0");
    server_ =
        ModelServer::Start(std::make_unique<FakeModel>(), options).value();
    serving_ = std::thread([this] { server_->Serve(); });
    address_ = server_->address().ToString();
    channel_ = ConnectChannel(*Address::ForConnect(address_), {}).value();
  }

  // After whatever was done to it, the server serves the next client.
  ~HostileClientTest() override {
    EnvContract contract;
    contract.id = "Test-v0";
    contract.action_space = DiscreteSpace(4);
    contract.observation_space = DiscreteSpace(4);
    auto model = RemoteModel::Connect(*Address::ForConnect(address_), {});
    EXPECT_THAT(model, IsOk());
    if (model.ok()) {
      EXPECT_THAT((*model)->Open("env-1", contract), IsOk());
    }
    server_->Stop();
    serving_.join();
  }

  RawClient client() { return RawClient(channel_, wire::kModelService); }

  std::unique_ptr<ModelServer> server_;
  std::thread serving_;
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
};

// A good predict, as bytes, of an environment that was never resolved.
std::string PredictBytes() {
  model::v1::JoinRequest request;
  request.set_request_id("p");
  auto* predict = request.mutable_predict();
  predict->mutable_context()->set_env_id("env-1");
  predict->mutable_context()->set_request_id("p");
  predict->mutable_observation()->add_leaves(std::string(8, '\0'));
  predict->add_episode_info()->set_episode_id("e1");
  return request.SerializeAsString();
}

TEST_F(HostileClientTest, JoinMessageThatDoesNotParseEndsTheStreamWithOk) {
  int answers = -1;
  RLMESH_EXPECT_OK(client().Join("\xff\xff\xff", &answers));
  EXPECT_EQ(answers, 0);
}

TEST_F(HostileClientTest, HandshakeOfTheFirstGenerationIsToldBoth) {
  EXPECT_THAT(client().Handshake("\x0a\x12rlmesh.protocol.v1"),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("rlmesh.protocol.v1"),
                             HasSubstr("rlmesh-wire-v1"))));
}

TEST_F(HostileClientTest, EveryCutAndEveryChangedByteIsAnsweredOrEnded) {
  const std::string good = PredictBytes();
  int answers = -1;
  RLMESH_ASSERT_OK(client().Join(good, &answers));
  ASSERT_EQ(answers, 1);
  for (size_t i = 0; i < good.size(); ++i) {
    RLMESH_EXPECT_OK(client().Join(good.substr(0, i), &answers));
    EXPECT_LE(answers, 1);
  }
  Random random(/*seed=*/7);
  for (int round = 0; round < 200; ++round) {
    std::string changed = good;
    changed[random.Below(changed.size())] = static_cast<char>(random());
    const absl::Status s = client().Join(changed, &answers);
    EXPECT_THAT(s, IsOk());
    EXPECT_LE(answers, 1);
  }
}

TEST_F(HostileClientTest, AMessageAboveTheLimitEndsTheStream) {
  const Address address = *Address::ForConnect(address_);
  grpc::ChannelArguments args = MakeChannelArguments(address);
  args.SetMaxSendMessageSize(-1);
  channel_ = grpc::CreateCustomChannel(
      address.ConnectTarget(), grpc::InsecureChannelCredentials(), args);
  int answers = -1;
  EXPECT_THAT(
      client().Join(std::string(wire::kMaxMessageBytes + 1, '\0'), &answers),
      StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(answers, 0);
}

TEST_F(HostileClientTest, SpacesOfAnyDepthAndWidthAreRefusedInWordsOrEndIt) {
  const auto resolve = [this](const spaces::v1::SpaceSpec& space) {
    model::v1::JoinRequest request;
    request.set_request_id("r");
    auto* const resolve = request.mutable_resolve_adapter();
    resolve->mutable_context()->set_env_id("env-1");
    *resolve->mutable_env_spec()->mutable_observation_space() = space;
    *resolve->mutable_env_spec()->mutable_action_space() = DeepSpace(1);
    const std::string bytes = request.SerializeAsString();
    std::vector<std::string> answers;
    EXPECT_THAT(client().Join(absl::MakeConstSpan(&bytes, 1), &answers),
                IsOk());
    if (answers.empty()) return std::string("ended");
    model::v1::JoinResponse response;
    EXPECT_TRUE(response.ParseFromString(answers[0]));
    return response.has_error() ? response.error().message() : "resolved";
  };
  EXPECT_EQ(resolve(DeepSpace(32)), "resolved");
  EXPECT_THAT(resolve(DeepSpace(33)), HasSubstr("nested more than 32"));
  EXPECT_EQ(resolve(DeepSpace(200)), "ended");
  EXPECT_THAT(resolve(WideSpace(1000000)), HasSubstr("65536"));
}

TEST_F(HostileClientTest, RandomBytesAreAnsweredOrEnded) {
  Random random(/*seed=*/8);
  for (int round = 0; round < 200; ++round) {
    std::string bytes(random.Below(200), '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    int answers = -1;
    RLMESH_EXPECT_OK(client().Join(bytes, &answers));
    EXPECT_LE(answers, 1);
  }
}

}  // namespace
}  // namespace rlmesh
