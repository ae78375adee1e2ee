// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Clients that mean no good, against the real program.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/launch/testing/server_process.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"
#include "rlmesh/spaces/value.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/testing/raw_client.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

constexpr size_t kHuge = size_t{250} << 20;

class EnvServerHostileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ServerProcessOptions options;
    options.argv = {std::getenv("ENV_SERVER"), "--native=cartpole",
                    "--address=127.0.0.1:0"};
    auto server = ServerProcess::Start(options);
    RLMESH_ASSERT_OK(server);
    server_ = *std::move(server);
    auto factory = RemoteEnvironmentFactory::Connect(server_->address(), {});
    RLMESH_ASSERT_OK(factory);
    factory_ = *std::move(factory);
    bystander_ = *factory_->Create();
    RLMESH_ASSERT_OK(bystander_->Reset({}, &observation_));
    action_.Reset(bystander_->contract().action_space, 1);
  }

  // The bystander's episode goes on.
  absl::Status Step() {
    StepRequest step;
    step.actions = action_.view();
    return bystander_->Step(step, &transition_);
  }

  // Sends one message as the only one of a stream of its own.
  absl::Status Send(const env::v1::JoinRequest& request, int* answers) {
    const auto channel = ConnectChannel(server_->address(), {});
    if (!channel.ok()) return channel.status();
    return RawClient(*channel, wire::kEnvService)
        .Join(request.SerializeAsString(), answers);
  }

  int64_t Resident() { return server_->MeasureUsage()->resident_bytes; }

  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<RemoteEnvironmentFactory> factory_;
  std::unique_ptr<Environment> bystander_;
  Observation observation_;
  Transition transition_;
  ValueBuffer action_;
};

TEST_F(EnvServerHostileTest, HugeTextsAreRefusedAndTheirMemoryIsGivenBack) {
  const int64_t before = Resident();
  env::v1::JoinRequest requests[4];
  requests[0].mutable_reset()->add_episode_ids(std::string(kHuge, 'e'));
  requests[1].mutable_reset();
  requests[1].set_request_id(std::string(kHuge, 'r'));
  requests[2].mutable_configure()->set_selected_workflow_edition(
      std::string(kHuge, 'c'));
  requests[3].mutable_step()->mutable_action()->add_leaves(
      std::string(kHuge, 'a'));
  for (const env::v1::JoinRequest& request : requests) {
    int answers = 0;
    RLMESH_EXPECT_OK(Send(request, &answers));
    EXPECT_EQ(answers, 1);
    RLMESH_EXPECT_OK(Step());
    EXPECT_LT(Resident(), before + (int64_t{64} << 20));
  }
}

TEST_F(EnvServerHostileTest, ASessionThatGoesOnKeepsNoHugeMessage) {
  const int64_t before = Resident();
  auto client = *factory_->Create();
  const std::string huge(kHuge, 'e');
  ResetRequest reset;
  reset.episode_ids = absl::MakeConstSpan(&huge, 1);
  EXPECT_THAT(client->Reset(reset, &observation_),
              StatusIs(absl::StatusCode::kInvalidArgument));
  RLMESH_EXPECT_OK(client->Reset({}, &observation_));
  EXPECT_LT(Resident(), before + (int64_t{64} << 20));
}

}  // namespace
}  // namespace rlmesh
