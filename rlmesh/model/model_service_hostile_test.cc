// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Clients that speak gRPC and break every other rule.

#include <memory>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/model/model_server.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/model/testing/fake_model.h"
#include "rlmesh/proto/model/v1/interaction.pb.h"
#include "rlmesh/spaces/testing/discrete_space.h"
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
