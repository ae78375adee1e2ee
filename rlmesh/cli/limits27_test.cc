// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Limits of the published package that our two servers do not have, neither the
// one nor the other: rows of section 27 of the reference of its Python
// interface.

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/builtin/native.h"
#include "rlmesh/env/env_server.h"
#include "rlmesh/launch/testing/server_process.h"
#include "rlmesh/model/builtin/random_model.h"
#include "rlmesh/model/model_server.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/testing/raw_client.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Program {
  const char* variable;  // has its path
  const char* what;      // to serve
  const char* service;
};

class ServersTest : public ::testing::TestWithParam<Program> {};

TEST_P(ServersTest, Limits27Row14HealthIsAlwaysOn) {
  ServerProcessOptions options;
  options.argv = {std::getenv(GetParam().variable), GetParam().what,
                  "--address=127.0.0.1:0"};
  const auto server = ServerProcess::Start(options);
  RLMESH_ASSERT_OK(server);
  const auto channel = ConnectChannel((*server)->address(), {});
  RLMESH_ASSERT_OK(channel);
  RawClient health(*channel, "grpc.health.v1.Health");
  const std::string name = GetParam().service;
  for (const std::string& asked :
       {std::string(),
        std::string("\x0a") + static_cast<char>(name.size()) + name}) {
    EXPECT_THAT(health.Call("Check", asked), IsOkAndHolds("\x08\x01"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Both, ServersTest,
    ::testing::Values(
        Program{"ENV_SERVER", "--native=cartpole", wire::kEnvService},
        Program{"MODEL_SERVER", "--policy=random", wire::kModelService}),
    [](const auto& info) { return std::string(info.param.variable); });

TEST(Limits27Test, Limits27Row08AnAddressInUseIsOneErrorOfBothServers) {
  const auto start_env = [](const Address& address) -> absl::Status {
    EnvServerOptions options;
    options.listen.address = address;
    return EnvServer::Start(NativeFactory("cartpole", "").value(), options)
        .status();
  };
  const auto start_model = [](const Address& address) {
    ModelServerOptions options;
    options.listen.address = address;
    return ModelServer::Start(std::make_unique<RandomModel>(RandomSeed()),
                              options)
        .status();
  };
  ModelServerOptions options;
  options.listen.address = *Address::ForBind("127.0.0.1:0");
  const auto first =
      ModelServer::Start(std::make_unique<RandomModel>(RandomSeed()), options);
  RLMESH_ASSERT_OK(first);
  const Address taken = (*first)->address();
  const auto refused = StatusIs(
      absl::StatusCode::kAlreadyExists,
      AllOf(HasSubstr(taken.ToString()), HasSubstr("the next free port is")));
  EXPECT_THAT(start_env(taken), refused);
  EXPECT_THAT(start_model(taken), refused);
}

}  // namespace
}  // namespace rlmesh
