// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/model_server_command.h"

#include <map>
#include <string>
#include <utility>

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
    const absl::Status read = options_.ReadVariables([this](const char* name) {
      auto it = variables_.find(name);
      return it == variables_.end() ? nullptr : it->second.c_str();
    });
    return read.ok() ? options_.Validate() : read;
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
  options_.policy = "constant:[1";
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                AllOf(HasSubstr("--policy=constant:[1"),
                                      HasSubstr("JSON"))));
  options_.policy = "rando";
  EXPECT_THAT(Check(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("rando")));
}

TEST_F(ModelServerCommandTest, ServesAPythonPolicy) {
  options_.policy = "";
  options_.entrypoint = "policy:Policy";
  variables_ = {{"RLMESH_MAKE_KWARGS", "{\"a\": 1}"},
                {"RLMESH_EPISODE_CAPACITY", "7"}};
  RLMESH_EXPECT_OK(Check());
  EXPECT_EQ(options_.kwargs, "{\"a\": 1}");
  EXPECT_EQ(options_.episode_capacity, 7);
  options_.kwargs = "{\"a\": 2}";
  RLMESH_EXPECT_OK(Check());
  EXPECT_EQ(options_.kwargs, "{\"a\": 2}");
  options_.policy = "random";
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("more than one thing")));
  options_.policy = "";
  options_.entrypoint = "policy.py";
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                AllOf(HasSubstr("--entrypoint=policy.py"),
                                      HasSubstr("module:attribute"))));
}

TEST_F(ModelServerCommandTest, BuiltInPoliciesTakeNoPython) {
  options_.kwargs = "{}";
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                AllOf(HasSubstr("--policy=random"),
                                      HasSubstr("--kwargs"))));
}

TEST_F(ModelServerCommandTest, RefusalsNameTheVariable) {
  options_.policy = "";
  options_.entrypoint = "policy:Policy";
  const std::pair<std::string, std::string> wrong[] = {
      {"RLMESH_ADDRESS", "ftp://x"},
      {"RLMESH_PORT", "many"},
      {"RLMESH_PORT", "70000"},
      {"RLMESH_MAKE_KWARGS", "[1]"},
      {"RLMESH_MAKE_KWARGS", "{"},
      {"RLMESH_EPISODE_CAPACITY", "0"},
      {"RLMESH_EPISODE_CAPACITY", "lots"},
      {"RLMESH_WORKFLOW_EDITION", "2099.01"},
      {"RLMESH_BOOTSTRAP_JSON", "{\"spec\": 1"},
      {"RLMESH_BOOTSTRAP_JSON",
       R"({"spec": {"kind": "gym", "env_id": "CartPole-v1"}})"}};
  for (const auto& [name, value] : wrong) {
    variables_ = {{name, value}};
    options_.address.clear();
    options_.kwargs.clear();
    // Texts of JSON are too long to be repeated.
    const bool is_json = name == "RLMESH_BOOTSTRAP_JSON";
    options_.entrypoint = is_json ? "" : "policy:Policy";
    EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                  AllOf(HasSubstr(name),
                                        HasSubstr(is_json ? "" : value))));
  }
}

TEST_F(ModelServerCommandTest, BootstrapSaysWhatToServeWhenNoFlagDoes) {
  variables_ = {{"RLMESH_BOOTSTRAP_JSON",
                 R"({"spec": {"kind": "factory", "entrypoint": "policy:Policy",
                     "kwargs": {"a": 1}, "imports": ["x", "y"],
                     "num_envs": 4}})"}};
  RLMESH_EXPECT_OK(Check());
  EXPECT_EQ(options_.policy, "random");
  EXPECT_EQ(options_.entrypoint, "");
  options_ = {};
  RLMESH_EXPECT_OK(Check());
  EXPECT_EQ(options_.entrypoint, "policy:Policy");
  EXPECT_EQ(options_.kwargs, "{\"a\":1}");
  EXPECT_EQ(options_.imports, "x,y");
}

TEST_F(ModelServerCommandTest, BootstrapOfAnEnvironmentNamesTheOtherProgram) {
  options_.policy = "";
  variables_ = {{"RLMESH_BOOTSTRAP_JSON",
                 R"({"spec": {"kind": "gym", "env_id": "CartPole-v1"}})"}};
  EXPECT_THAT(Check(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("CartPole-v1"), HasSubstr("env_server"),
                             HasSubstr("\"factory\""))));
}

TEST_F(ModelServerCommandTest, VariablesOfEnvironmentsAreNoHindrance) {
  variables_ = {{"RLMESH_NUM_ENVS", "many"},
                {"RLMESH_VECTORIZATION_MODE", "async"},
                {"RLMESH_VALIDATION_POLICY", "strict"},
                {"RLMESH_DEVICE", "cuda:0"},
                {"RLMESH_MAKE_KWARGS", "{\"a\": 1}"}};
  RLMESH_EXPECT_OK(Check());
  EXPECT_EQ(options_.kwargs, "");
}

TEST_F(ModelServerCommandTest, ProbeNeedsAnAddressAndNothingElse) {
  options_.policy = "";
  options_.probe = "127.0.0.1:50052";
  RLMESH_EXPECT_OK(Check());
  options_.probe = "";
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("--probe=127.0.0.1:50052")));
  options_.probe = "ftp://x";
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("ftp://x")));
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
  options_.session_timeout = absl::ZeroDuration();
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("session_timeout is 0")));
  options_.session_timeout = absl::Seconds(1);
  options_.max_sessions = 0;
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("max_sessions is 0")));
  options_.max_sessions = 1;
  options_.predict_timeout = absl::ZeroDuration();
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("--predict_timeout=0")));
  options_.predict_timeout = absl::Seconds(1);
  RLMESH_EXPECT_OK(Check());
  variables_ = {{"RLMESH_WORKFLOW_EDITION", "2099.01"}};
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("2099.01")));
}

}  // namespace
}  // namespace rlmesh
