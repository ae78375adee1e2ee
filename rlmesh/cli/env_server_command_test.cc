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

TEST(EnvServerCommandTest, LanesComeFromFlagsThenVariablesThenTheBootstrap) {
  const std::string payload =
      R"({"spec": {"kind": "gym", "env_id": "X-v0", "num_envs": 3,
          "vectorization_mode": "async", "kwargs": {"k": 1},
          "imports": ["a", "b"]}})";
  EnvServerCommandOptions options;
  RLMESH_ASSERT_OK(Read({{"RLMESH_BOOTSTRAP_JSON", payload}}, &options));
  RLMESH_EXPECT_OK(options.Validate());
  EXPECT_EQ(options.gym, "X-v0");
  EXPECT_EQ(options.num_envs, 3);
  EXPECT_EQ(options.vectorization_mode, "async");
  EXPECT_EQ(options.kwargs, "{\"k\":1}");
  EXPECT_EQ(options.imports, "a,b");
  EXPECT_EQ(options.autoreset_mode(), AutoresetMode::kNextStep);
  options = {};
  RLMESH_ASSERT_OK(Read({{"RLMESH_BOOTSTRAP_JSON", payload},
                         {"RLMESH_NUM_ENVS", "4"},
                         {"RLMESH_MAKE_KWARGS", "{\"k\": 2}"},
                         {"RLMESH_VECTORIZATION_MODE", "sync"}},
                        &options));
  EXPECT_EQ(options.num_envs, 4);
  EXPECT_EQ(options.vectorization_mode, "sync");
  EXPECT_EQ(options.kwargs, "{\"k\": 2}");
  EXPECT_EQ(options.processes(), 1);
  options = {};
  options.num_envs = 5;
  options.vectorization_mode = "async";
  options.worker_processes = 2;
  options.autoreset = "disabled";
  RLMESH_ASSERT_OK(Read({{"RLMESH_BOOTSTRAP_JSON", payload},
                         {"RLMESH_NUM_ENVS", "4"},
                         {"RLMESH_VECTORIZATION_MODE", "sync"}},
                        &options));
  EXPECT_EQ(options.num_envs, 5);
  EXPECT_EQ(options.processes(), 2);
  EXPECT_EQ(options.autoreset_mode(), AutoresetMode::kDisabled);
}

TEST(EnvServerCommandTest, AFlagThatSaysWhatToServePutsTheBootstrapAside) {
  EnvServerCommandOptions options;
  options.native = "cartpole";
  RLMESH_ASSERT_OK(Read({{"RLMESH_BOOTSTRAP_JSON", "{"}}, &options));
  EXPECT_EQ(options.gym, "");
  RLMESH_EXPECT_OK(options.Validate());
}

TEST(EnvServerCommandTest, RefusesLanesThatCannotBe) {
  const auto refusal = [](void (*change)(EnvServerCommandOptions*)) {
    EnvServerCommandOptions options = Good();
    change(&options);
    return options.Validate();
  };
  EXPECT_THAT(refusal([](auto* o) { o->num_envs = -1; }),
              StatusIs(kInvalid, HasSubstr("--num_envs=-1")));
  EXPECT_THAT(refusal([](auto* o) { o->vectorization_mode = "fast"; }),
              StatusIs(kInvalid, HasSubstr("write --vectorization_mode=sync")));
  EXPECT_THAT(refusal([](auto* o) { o->vectorization_mode = "async"; }),
              StatusIs(kInvalid, HasSubstr("--num_envs=N")));
  EXPECT_THAT(refusal([](auto* o) { o->autoreset = "same_step"; }),
              StatusIs(absl::StatusCode::kUnimplemented,
                       HasSubstr("write --autoreset=next_step")));
  EXPECT_THAT(refusal([](auto* o) { o->autoreset = "never"; }),
              StatusIs(kInvalid, HasSubstr("--autoreset=never")));
  EXPECT_THAT(refusal([](auto* o) { o->worker_processes = 2; }),
              StatusIs(kInvalid, HasSubstr("--worker_processes=2")));
  EXPECT_THAT(refusal([](auto* o) {
                o->gym = "";
                o->native = "cartpole";
                o->num_envs = 4;
                o->vectorization_mode = "async";
              }),
              StatusIs(kInvalid, HasSubstr("--native=cartpole")));
}

TEST(EnvServerCommandTest, AnEmptyProbeNamesNoServer) {
  EnvServerCommandOptions options;
  options.probe = "";
  EXPECT_THAT(options.Validate(), StatusIs(kInvalid, HasSubstr("--probe=")));
  options.probe = "127.0.0.1:50051";
  RLMESH_EXPECT_OK(options.Validate());
}

TEST(EnvServerCommandTest, NamesAVariableThatIsWrong) {
  EnvServerCommandOptions options = Good();
  EXPECT_THAT(Read({{"RLMESH_VALIDATION_POLICY", "loud"}}, &options),
              StatusIs(kInvalid, AllOf(HasSubstr("loud"),
                                       HasSubstr("RLMESH_VALIDATION_POLICY"))));
  for (const char* lanes : {"0", "-4", "many", "4.5"}) {
    options = Good();
    EXPECT_THAT(Read({{"RLMESH_NUM_ENVS", lanes}}, &options),
                StatusIs(kInvalid, AllOf(HasSubstr("RLMESH_NUM_ENVS"),
                                         HasSubstr(lanes))));
  }
  options = Good();
  EXPECT_THAT(Read({{"RLMESH_VECTORIZATION_MODE", "fast"}}, &options),
              StatusIs(kInvalid, HasSubstr("RLMESH_VECTORIZATION_MODE")));
  EXPECT_THAT(Read({{"RLMESH_MAKE_KWARGS", "[1]"}}, &options),
              StatusIs(kInvalid, HasSubstr("RLMESH_MAKE_KWARGS '[1]'")));
}

}  // namespace
}  // namespace rlmesh
