// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/env_server_command.h"

#include <map>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

EnvServerCommandOptions Good() {
  EnvServerCommandOptions options;
  options.gym = "CartPole-v1";
  options.address = "127.0.0.1:0";
  return options;
}

absl::Status Read(const std::map<std::string, std::string>& variables,
                  EnvServerCommandOptions* options) {
  return options->ReadVariables([&variables](const char* name) -> const char* {
    const auto it = variables.find(name);
    return it == variables.end() ? nullptr : it->second.c_str();
  });
}

TEST(EnvServerCommandTest, NeedsExactlyOneThingToServe) {
  EnvServerCommandOptions options = Good();
  RLMESH_EXPECT_OK(options.Validate());
  options.native = "cartpole";
  EXPECT_THAT(options.Validate(),
              StatusIs(kInvalid, HasSubstr("more than one thing")));
  options.native = options.gym = "";
  EXPECT_THAT(options.Validate(),
              StatusIs(kInvalid,
                       AllOf(HasSubstr("--gym=ID"), HasSubstr("--entrypoint="),
                             HasSubstr("--native="))));
}

TEST(EnvServerCommandTest, NamesWhatIsWrongWithKwargs) {
  EnvServerCommandOptions options = Good();
  options.kwargs = "{\"a\": 1}";
  RLMESH_EXPECT_OK(options.Validate());
  for (const char* bad : {"{", "[1]", "a=1"}) {
    options.kwargs = bad;
    EXPECT_THAT(
        options.Validate(),
        StatusIs(kInvalid, AllOf(HasSubstr(bad), HasSubstr("--kwargs='{\""))));
  }
}

TEST(EnvServerCommandTest, NativeEnvironmentsHaveNoPython) {
  EnvServerCommandOptions options = Good();
  options.gym = "";
  options.native = "cartpole";
  options.imports = "ale_py";
  EXPECT_THAT(options.Validate(), StatusIs(kInvalid, HasSubstr("--import")));
}

TEST(EnvServerCommandTest, ChecksAddressAndLimits) {
  EnvServerCommandOptions options = Good();
  options.address = "ftp://x";
  EXPECT_THAT(options.Validate(), StatusIs(kInvalid, HasSubstr("ftp")));
  options = Good();
  options.max_sessions = 0;
  EXPECT_THAT(options.Validate(),
              StatusIs(kInvalid, HasSubstr("max_sessions")));
  options = Good();
  options.step_timeout = absl::ZeroDuration();
  EXPECT_THAT(options.Validate(),
              StatusIs(kInvalid, HasSubstr("step_timeout")));
}

TEST(EnvServerCommandTest, FlagsGoBeforeVariables) {
  EnvServerCommandOptions options = Good();
  RLMESH_ASSERT_OK(Read(
      {{"RLMESH_ADDRESS", "0.0.0.0:7"}, {"RLMESH_MAKE_KWARGS", "{\"k\": 1}"}},
      &options));
  EXPECT_EQ(options.address, "127.0.0.1:0");
  EXPECT_EQ(options.kwargs, "{\"k\": 1}");
}

TEST(EnvServerCommandTest, VariablesFillWhatIsOpen) {
  EnvServerCommandOptions options = Good();
  options.address = "";
  RLMESH_ASSERT_OK(Read({{"RLMESH_PORT", "7000"},
                         {"RLMESH_ALLOW_REMOTE_SHUTDOWN", "1"},
                         {"RLMESH_VALIDATION_POLICY", "strict"},
                         {"RLMESH_WORKFLOW_EDITION", "2026.06"}},
                        &options));
  EXPECT_EQ(options.address, "0.0.0.0:7000");
  EXPECT_TRUE(options.allow_remote_shutdown);
  EXPECT_EQ(options.validation, ValidationPolicy::kStrict);
  EXPECT_EQ(options.workflow_edition, "2026.06");
}

TEST(EnvServerCommandTest, WithoutAnyAddressItIsALoopbackPort) {
  EnvServerCommandOptions options = Good();
  options.address = "";
  RLMESH_ASSERT_OK(Read({}, &options));
  EXPECT_EQ(options.address, "127.0.0.1:50051");
  EXPECT_FALSE(options.allow_remote_shutdown);
}

TEST(EnvServerCommandTest, NamesAVariableThatIsWrong) {
  EnvServerCommandOptions options = Good();
  EXPECT_THAT(Read({{"RLMESH_VALIDATION_POLICY", "loud"}}, &options),
              StatusIs(kInvalid, AllOf(HasSubstr("loud"),
                                       HasSubstr("RLMESH_VALIDATION_POLICY"))));
  EXPECT_THAT(Read({{"RLMESH_NUM_ENVS", "4"}}, &options),
              StatusIs(kInvalid, HasSubstr("RLMESH_NUM_ENVS")));
}

}  // namespace
}  // namespace rlmesh
