// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/running_server.h"

#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/env/builtin/native.h"
#include "rlmesh/env/env_server.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class RunningServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    auto address = Address::ForBind("unix://" + dir_->path() + "/s");
    RLMESH_ASSERT_OK(address);
    address_ = std::make_unique<Address>(*address);
  }

  void Serve(const std::string& name) {
    auto factory = NativeFactory(name, "");
    RLMESH_ASSERT_OK(factory);
    EnvServerOptions options;
    options.listen.address = *address_;
    auto server = EnvServer::Start(*std::move(factory), options);
    RLMESH_ASSERT_OK(server);
    server_ = *std::move(server);
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("running-server");
  std::unique_ptr<Address> address_;
  std::unique_ptr<EnvServer> server_;
  Observation observation_;
};

TEST_F(RunningServerTest, SessionsGoOnWithAServerThatComesBack) {
  Serve("cartpole");
  auto factory = RunningServerFactory::Connect(*address_, {});
  RLMESH_ASSERT_OK(factory);
  auto environment = (*factory)->Create();
  RLMESH_ASSERT_OK(environment);
  RLMESH_ASSERT_OK((*environment)->Reset({}, &observation_));
  server_.reset();
  EXPECT_THAT((*environment)->Reset({}, &observation_),
              StatusIs(absl::StatusCode::kUnavailable));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT((*factory)->Create(), StatusIs(absl::StatusCode::kUnavailable));
  }
  Serve("cartpole");
  environment = (*factory)->Create();
  RLMESH_ASSERT_OK(environment);
  RLMESH_EXPECT_OK((*environment)->Reset({}, &observation_));
}

TEST_F(RunningServerTest, AnotherEnvironmentIsNotTakenForTheFirst) {
  Serve("cartpole");
  auto factory = RunningServerFactory::Connect(*address_, {});
  RLMESH_ASSERT_OK(factory);
  auto environment = (*factory)->Create();
  RLMESH_ASSERT_OK(environment);
  server_.reset();
  EXPECT_THAT((*environment)->Reset({}, &observation_),
              StatusIs(absl::StatusCode::kUnavailable));
  Serve("synthetic");
  EXPECT_THAT((*factory)->Create(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("serves"), HasSubstr("CartPole"))));
}

TEST_F(RunningServerTest, NobodyThereIsToldAtOnce) {
  EXPECT_THAT(RunningServerFactory::Connect(*address_, {}),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace rlmesh
