// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/handshake.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

core::v1::HandshakeResponse Answer(const std::string& generation) {
  core::v1::HandshakeRequest request;
  request.set_protocol_generation(generation);
  core::v1::HandshakeResponse response;
  AnswerHandshake(request,
                  {wire::kEnvComponent, "1.2.3", {{"subset_step", "true"}}, ""},
                  &response);
  return response;
}

Address SomeAddress() { return *Address::ForConnect("tcp://1.2.3.4:5"); }

TEST(HandshakeTest, OurOwnRequestIsCompatible) {
  core::v1::HandshakeResponse response;
  AnswerHandshake(MakeHandshakeRequest({wire::kEnvComponent, "1.2.3", {}, ""}),
                  {wire::kEnvComponent, "1.2.3", {}, ""}, &response);
  RLMESH_EXPECT_OK(CheckHandshake(response, SomeAddress()));
  EXPECT_FALSE(response.has_error_message());
}

TEST(HandshakeTest, TheGenerationIsTrimmed) {
  EXPECT_TRUE(Answer(" rlmesh-wire-v1 ").compatible());
}

TEST(HandshakeTest, AnotherGenerationIsRefusedInBandNamingBoth) {
  const core::v1::HandshakeResponse response = Answer("rlmesh.protocol.v1");
  EXPECT_FALSE(response.compatible());
  EXPECT_EQ(response.error_message(),
            "protocol generation rlmesh.protocol.v1 not compatible with server "
            "rlmesh-wire-v1; use a client of this generation (rlmesh 0.1.0 or "
            "newer), or a server of the client's");
  // The rest is filled all the same.
  EXPECT_THAT(response.supported_workflow_editions(), ElementsAre("2026.06"));
  EXPECT_TRUE(HasCapability(response, wire::kSubsetStep));
  EXPECT_THAT(CheckHandshake(response, SomeAddress()),
              StatusIs(kRefused, AllOf(HasSubstr("handshake failed"),
                                       HasSubstr("rlmesh.protocol.v1"),
                                       HasSubstr("rlmesh-wire-v1"),
                                       HasSubstr("tcp://1.2.3.4:5"))));
  EXPECT_FALSE(Answer("").compatible());
  EXPECT_THAT(Answer("").error_message(), HasSubstr("generation (none) not"));
}

TEST(HandshakeTest, ARefusalNamesTheServerAsFarAsItIsKnownAndTheWayOut) {
  core::v1::HandshakeResponse response;
  response.set_error_message("no");
  EXPECT_THAT(CheckHandshake(response, SomeAddress()),
              StatusIs(kRefused,
                       "handshake failed: no (server tcp://1.2.3.4:5; this "
                       "client speaks rlmesh-wire-v1, edition 2026.06). Use a "
                       "server of the same generation (rlmesh 0.1.0 or newer), "
                       "or the client that belongs to the server"));
  response.mutable_peer_info()->set_component("rlmesh-env");
  response.mutable_peer_info()->set_package_version("0.0.9");
  EXPECT_THAT(CheckHandshake(response, SomeAddress()),
              StatusIs(kRefused, HasSubstr("(server tcp://1.2.3.4:5 rlmesh-env "
                                           "0.0.9; this client")));
}

TEST(HandshakeTest, OnlyTheValueTrueIsACapability) {
  core::v1::HandshakeResponse response;
  auto& capabilities = *response.mutable_capabilities();
  capabilities["a"] = "true";
  capabilities["b"] = "1";
  EXPECT_TRUE(HasCapability(response, "a"));
  EXPECT_FALSE(HasCapability(response, "b"));
  EXPECT_FALSE(HasCapability(response, "c"));
}

TEST(HandshakeTest, ThePeersWordsAreEscaped) {
  core::v1::HandshakeResponse response;
  response.set_error_message("\x1b[2Jno");
  EXPECT_THAT(CheckHandshake(response, SomeAddress()),
              StatusIs(kRefused, HasSubstr("\\x1b[2Jno")));
}

TEST(HandshakeTest, AServerWithoutTheServiceIsExplained) {
  EXPECT_THAT(ExplainHandshakeError(absl::UnimplementedError(""), SomeAddress(),
                                    wire::kEnvService),
              StatusIs(kRefused, HasSubstr(wire::kEnvService)));
}

TEST(HandshakeTest, ARequestOfTheFirstGenerationIsNamed) {
  EXPECT_THAT(UnreadableHandshake("\x0a\x12rlmesh.protocol.v1\x12\x01x"),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("rlmesh.protocol.v1"),
                             HasSubstr("rlmesh-wire-v1"))));
  for (const char* bytes : {"", "\x0a", "\x0a\xff", "\x0a\x7fxy", "zz"}) {
    EXPECT_THAT(UnreadableHandshake(bytes),
                StatusIs(absl::StatusCode::kInternal, HasSubstr("unknown")));
  }
}

TEST(HandshakeTest, AServerOfAnotherGenerationIsExplained) {
  EXPECT_THAT(
      ExplainHandshakeError(
          absl::InternalError("failed to decode Protobuf message: could not "
                              "parse"),
          SomeAddress(), wire::kEnvService),
      StatusIs(kRefused, AllOf(HasSubstr("rlmesh-wire-v1"),
                               HasSubstr("Use a server of the same"))));
}

}  // namespace
}  // namespace rlmesh
