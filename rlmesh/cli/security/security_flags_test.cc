// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/security/security_flags.h"

#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

std::function<const char*(const char*)> Of(
    const std::map<std::string, std::string>& variables) {
  return [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

const std::map<std::string, std::string>& All() {
  static const auto* const all = new std::map<std::string, std::string>{
      {"RLMESH_TLS_CERT", "/v/cert"},
      {"RLMESH_TLS_KEY", "/v/key"},
      {"RLMESH_TLS_CLIENT_CA", "/v/client_ca"},
      {"RLMESH_TLS_CA", "/v/ca"},
      {"RLMESH_TLS_SERVER_NAME", "v.example"},
      {"RLMESH_TOKEN_FILE", "/v/token"}};
  return *all;
}

TEST(SecurityFlagsTest, VariablesFillWhatFlagsLeaveOpen) {
  SecurityFlags flags;
  flags.token_file = "/f/token";
  const auto server = flags.Server(Of(All()));
  RLMESH_ASSERT_OK(server);
  EXPECT_EQ(server->tls_cert, "/v/cert");
  EXPECT_EQ(server->tls_key, "/v/key");
  EXPECT_EQ(server->tls_client_ca, "/v/client_ca");
  EXPECT_EQ(server->token_file, "/f/token");
  const auto client = flags.Client(Of(All()));
  RLMESH_ASSERT_OK(client);
  EXPECT_EQ(client->tls_ca, "/v/ca");
  EXPECT_EQ(client->tls_cert, "/v/cert");
  EXPECT_EQ(client->tls_key, "/v/key");
  EXPECT_EQ(client->tls_server_name, "v.example");
  EXPECT_EQ(client->token_file, "/f/token");
}

TEST(SecurityFlagsTest, WithoutAnyThereIsNothing) {
  const std::map<std::string, std::string> none;
  EXPECT_EQ(SecurityFlags().AnyGiven(), "");
  EXPECT_EQ(SecurityFlags().Server(Of(none))->tls_cert, "");
  EXPECT_EQ(SecurityFlags().Client(Of(none))->token_file, "");
}

TEST(SecurityFlagsTest, FlagsOfTheOtherSideAreRefused) {
  SecurityFlags flags;
  flags.tls_ca = "/ca";
  EXPECT_EQ(flags.AnyGiven(), "--tls_ca");
  EXPECT_THAT(flags.Server(Of(All())),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--tls_client_ca")));
  flags = SecurityFlags();
  flags.tls_client_ca = "/ca";
  EXPECT_THAT(
      flags.Client(Of(All())),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--tls_ca")));
}

TEST(SecurityFlagsTest, WhatDoesNotGoTogetherIsRefused) {
  const std::map<std::string, std::string> none;
  SecurityFlags flags;
  flags.tls_cert = "/cert";
  EXPECT_THAT(
      flags.Server(Of(none)),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--tls_key")));
  flags.tls_key = "/key";
  EXPECT_THAT(
      flags.Client(Of(none)),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--tls_ca")));
}

}  // namespace
}  // namespace rlmesh
