// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/remote_connection.h"

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/testing/scripted_env_service.h"
#include "rlmesh/spaces/testing/excess.h"
#include "rlmesh/transport/testing/raw_listener.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

class RemoteConnectionTest : public ::testing::Test {
 protected:
  core::v1::HandshakeResponse& base() {
    return *server_.handshake.mutable_base();
  }
  // Of a refusal, which names the server whatever else it says.
  absl::Status Connect() {
    const absl::Status status =
        RemoteConnection::Connect(server_.address(), {}).status();
    if (!status.ok()) {
      EXPECT_THAT(std::string(status.message()),
                  HasSubstr(server_.address().ToString()));
    }
    return status;
  }

  ScriptedEnvService server_;
};

TEST_F(RemoteConnectionTest, AnotherGenerationIsRefusedNamingBoth) {
  base().set_compatible(false);
  base().set_error_message(
      "protocol generation rlmesh-wire-v1 not compatible with server "
      "rlmesh-wire-v9");
  EXPECT_THAT(Connect(),
              StatusIs(kRefused, AllOf(HasSubstr("handshake failed"),
                                       HasSubstr("rlmesh-wire-v9"),
                                       HasSubstr("rlmesh-wire-v1"))));
}

TEST_F(RemoteConnectionTest, ARefusalWithoutAReasonNamesUs) {
  base().set_compatible(false);
  EXPECT_THAT(Connect(), StatusIs(kRefused, AllOf(HasSubstr("rlmesh-wire-v1"),
                                                  HasSubstr("2026.06"))));
}

TEST_F(RemoteConnectionTest, NoCommonEditionIsRefusedNamingBoth) {
  base().clear_supported_workflow_editions();
  base().add_supported_workflow_editions("2099.01");
  base().set_preferred_workflow_edition("2099.01");
  EXPECT_THAT(
      Connect(),
      StatusIs(kRefused,
               AllOf(HasSubstr("handshake failed: no mutual workflow edition"),
                     HasSubstr("env wants \"2099.01\""),
                     HasSubstr("runtime wants \"2026.06\""))));
}

TEST_F(RemoteConnectionTest, APrereleaseOfOurEditionIsTakenInItsSpelling) {
  base().clear_supported_workflow_editions();
  base().add_supported_workflow_editions("2026.06-0.1.0-rc.5");
  const auto connection = RemoteConnection::Connect(server_.address(), {});
  RLMESH_ASSERT_OK(connection);
  EXPECT_EQ((*connection)->edition(), "2026.06-0.1.0-rc.5");
}

TEST_F(RemoteConnectionTest, AnAnswerWithoutBaseIsRefused) {
  server_.handshake.clear_base();
  EXPECT_THAT(Connect(),
              StatusIs(kRefused, HasSubstr("handshake response missing base")));
}

TEST_F(RemoteConnectionTest, AContractThatBreaksTheRulesIsRefused) {
  server_.handshake.mutable_env_contract()
      ->mutable_spec()
      ->mutable_action_space()
      ->mutable_discrete()
      ->set_n(0);
  EXPECT_THAT(Connect(), StatusIs(kRefused, HasSubstr("invalid contract")));
  server_.handshake.clear_env_contract();
  EXPECT_THAT(Connect(), StatusIs(kRefused, HasSubstr("invalid contract")));
}

TEST_F(RemoteConnectionTest, SpacesOfAnyDepthAndWidthEndInWords) {
  spaces::v1::SpaceSpec* const space = server_.handshake.mutable_env_contract()
                                           ->mutable_spec()
                                           ->mutable_observation_space();
  *space = DeepSpace(32);
  RLMESH_EXPECT_OK(RemoteConnection::Connect(server_.address(), {}));
  *space = DeepSpace(33);
  EXPECT_THAT(Connect(), StatusIs(kRefused, HasSubstr("nested more than 32")));
  // No message of protobuf's is nested that deep.
  *space = DeepSpace(200);
  EXPECT_FALSE(Connect().ok());
  *space = WideSpace(1000000);
  EXPECT_THAT(Connect(), StatusIs(kRefused, HasSubstr("65536")));
}

TEST_F(RemoteConnectionTest, SameStepIsRefused) {
  server_.handshake.mutable_env_contract()->set_autoreset_mode(
      core::v1::AUTORESET_MODE_SAME_STEP);
  EXPECT_THAT(Connect(), StatusIs(kRefused, HasSubstr("SAME_STEP")));
}

TEST_F(RemoteConnectionTest, AnotherKindOfServerIsExplained) {
  server_.handshake_status = grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "");
  EXPECT_THAT(Connect(),
              StatusIs(kRefused, HasSubstr("rlmesh.env.v1.EnvService")));
}

TEST_F(RemoteConnectionTest, OtherErrorsKeepTheirCode) {
  server_.handshake_status =
      grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "invalid env token");
  EXPECT_THAT(Connect(), StatusIs(absl::StatusCode::kUnauthenticated,
                                  HasSubstr("invalid env token")));
}

TEST(RemoteConnectionPeersTest, WhatIsNoGrpcServerIsToldWithinTheTimeout) {
  RemoteOptions options;
  options.connect.timeout = absl::Milliseconds(500);
  const auto mute = RawListener::Mute();
  EXPECT_THAT(RemoteConnection::Connect(mute->address(), options),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr(mute->address().ToString())));
}

}  // namespace
}  // namespace rlmesh
