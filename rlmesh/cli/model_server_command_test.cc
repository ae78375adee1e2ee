// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/model_server_command.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ModelServerCommandTest : public ::testing::Test {
 protected:
  ModelServerCommandTest() { options_.policy = "random"; }

  absl::Status Check() {
    options_.ReadVariables([this](const char* name) {
      auto it = variables_.find(name);
      return it == variables_.end() ? nullptr : it->second.c_str();
    });
    return options_.Validate();
  }

  std::map<std::string, std::string> variables_;
  ModelServerCommandOptions options_;
};

TEST_F(ModelServerCommandTest, DefaultsServeOnLoopback) {
  RLMESH_EXPECT_OK(Check());
  EXPECT_EQ(options_.address, "127.0.0.1:50052");
  EXPECT_FALSE(options_.allow_remote_shutdown);
}

TEST_F(ModelServerCommandTest, FlagThenAddressThenPort) {
  variables_ = {{"RLMESH_PORT", "6000"}};
  RLMESH_EXPECT_OK(Check());
  EXPECT_EQ(options_.address, "0.0.0.0:6000");
  variables_["RLMESH_ADDRESS"] = "127.0.0.1:7000";
  options_.address.clear();
  RLMESH_EXPECT_OK(Check());
  EXPECT_EQ(options_.address, "127.0.0.1:7000");
  options_.address = "8000";
  RLMESH_EXPECT_OK(Check());
  EXPECT_EQ(options_.address, "8000");
}

TEST_F(ModelServerCommandTest, RemoteShutdownNeedsAWordForIt) {
  variables_ = {{"RLMESH_ALLOW_REMOTE_SHUTDOWN", "0"}};
  RLMESH_EXPECT_OK(Check());
  EXPECT_FALSE(options_.allow_remote_shutdown);
  variables_ = {{"RLMESH_ALLOW_REMOTE_SHUTDOWN", "1"}};
  RLMESH_EXPECT_OK(Check());
  EXPECT_TRUE(options_.allow_remote_shutdown);
}

TEST_F(ModelServerCommandTest, RefusesWhatItCannotServe) {
  options_.policy = "";
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("--policy=random")));
  options_.policy = "127.0.0.1:5";
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                AllOf(HasSubstr("127.0.0.1:5"),
                                      HasSubstr("model server"))));
  options_.policy = "rando";
  EXPECT_THAT(Check(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("rando")));
}

TEST_F(ModelServerCommandTest, RefusesWrongValues) {
  options_.seed = -2;
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("--seed=-2")));
  options_.seed = 7;
  options_.idle_timeout = absl::ZeroDuration();
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("idle_timeout is 0")));
  options_.idle_timeout = absl::Seconds(1);
  RLMESH_EXPECT_OK(Check());
  variables_ = {{"RLMESH_WORKFLOW_EDITION", "2099.01"}};
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("2099.01")));
}

}  // namespace
}  // namespace rlmesh
