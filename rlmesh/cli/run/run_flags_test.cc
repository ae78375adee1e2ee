// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_flags.h"

#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/cli/run/run_command_options.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RunCommandOptionsTest, NamesTheOptionThatCannotBe) {
  const auto validate = [](void (*change)(RunCommandOptions*)) {
    RunCommandOptions options;
    options.source = "CartPole-v1";
    change(&options);
    return options.Validate();
  };
  using Options = RunCommandOptions;
  RLMESH_EXPECT_OK(validate([](Options*) {}));
  const auto is_invalid = [](const char* text) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text));
  };
  EXPECT_THAT(validate([](Options* o) { o->runtime = "docker"; }),
              is_invalid("--runtime=docker"));
  EXPECT_THAT(validate([](Options* o) { o->runtime = "prozess"; }),
              is_invalid("auto, process"));
  EXPECT_THAT(validate([](Options* o) { o->policy = "constant"; }),
              is_invalid("constant"));
  EXPECT_THAT(validate([](Options* o) { o->episodes = -1; }), is_invalid("-1"));
  EXPECT_THAT(validate([](Options* o) { o->max_episode_steps = 0; }),
              is_invalid("0"));
  EXPECT_THAT(validate([](Options* o) { o->seed = -7; }), is_invalid("-7"));
  EXPECT_THAT(validate([](Options* o) { o->process.kwargs = "{"; }),
              is_invalid("kwargs must be valid JSON"));
  EXPECT_THAT(validate([](Options* o) { o->process.kwargs = "[1]"; }),
              is_invalid("kwargs must decode to an object"));
  EXPECT_THAT(validate([](Options* o) { o->process.imports = {"a b"}; }),
              is_invalid("imports must not"));
  EXPECT_THAT(validate([](Options* o) { o->process.packages = {" "}; }),
              is_invalid("packages must not"));
  EXPECT_THAT(validate([](Options* o) {
                o->process.start_timeout = absl::ZeroDuration();
              }),
              is_invalid("start_timeout"));
}

TEST(RunFlagsTest, BecomeOptions) {
  absl::FlagSaver saver;
  absl::StatusOr<CommandLine> line = ParseCommandLine(
      RunSpec(), {"CartPole-v1", "--seed=7", "--package=a", "--package=b,c",
                  "--import=m.n", "--kwargs={}", "--isolation=none", "--json",
                  "--start-timeout=5s"});
  RLMESH_ASSERT_OK(line);
  absl::StatusOr<RunCommandOptions> options = RunOptionsFromFlags(*line);
  RLMESH_ASSERT_OK(options);
  EXPECT_EQ(options->source, "CartPole-v1");
  EXPECT_EQ(options->seed, 7);
  EXPECT_TRUE(options->json);
  EXPECT_EQ(options->episodes, 5);
  EXPECT_THAT(options->process.packages, ElementsAre("a", "b", "c"));
  EXPECT_THAT(options->process.imports, ElementsAre("m.n"));
  EXPECT_EQ(options->process.start_timeout, absl::Seconds(5));
  EXPECT_EQ(options->process.isolation,
            ProcessRuntimeOptions::Isolation::kNone);
}

TEST(RunFlagsTest, OldAndNewNamesOfACapAreOneFlag) {
  const auto read = [](std::vector<std::string> args) {
    absl::FlagSaver saver;
    args.insert(args.begin(), "CartPole-v1");
    return RunOptionsFromFlags(*ParseCommandLine(RunSpec(), args));
  };
  EXPECT_EQ(read({"--max_steps=7"})->max_episode_steps, 7);
  EXPECT_EQ(read({"--max_steps=7"})->given.count("max_episode_steps"), 1);
  EXPECT_EQ(read({"--max_episode_steps=8"})->max_episode_steps, 8);
  EXPECT_EQ(read({"--max_episode_steps=8", "--max-steps=8"})->max_episode_steps,
            8);
  EXPECT_THAT(
      read({"--max_episode_steps=8", "--max-steps=9"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the same flag")));
  EXPECT_EQ(read({"--max_episode_seconds=1.5"})->max_episode_time,
            absl::Seconds(1.5));
  for (const char* bad : {"0", "-1", "nan"}) {
    EXPECT_THAT(
        ParseCommandLine(RunSpec(),
                         {absl::StrCat("--max_episode_seconds=", bad)}),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 HasSubstr(absl::StrCat("--max_episode_seconds=", bad))));
  }
}

TEST(RunFlagsTest, AFaultIsRaisedReturnedOrRetried) {
  const auto read = [](const std::string& flag) {
    absl::FlagSaver saver;
    return RunOptionsFromFlags(
        *ParseCommandLine(RunSpec(), {"CartPole-v1", flag}));
  };
  EXPECT_EQ(read("--retries=7")->on_fault, OnFault::kRaise);
  EXPECT_EQ(read("--retries=7")->retries, 7);
  EXPECT_EQ(read("--on_fault=return")->on_fault, OnFault::kReturn);
  EXPECT_EQ(read("--on-fault=retry")->on_fault, OnFault::kRetry);
  EXPECT_THAT(read("--on_fault=panic"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("raise, return, retry")));
}

TEST(RunFlagsTest, ThereIsExactlyOneSource) {
  absl::FlagSaver saver;
  CommandLine line;
  EXPECT_THAT(
      RunOptionsFromFlags(line),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no SOURCE")));
  line.arguments = {"A-v1", "B-v1"};
  EXPECT_THAT(RunOptionsFromFlags(line),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("B-v1")));
}

}  // namespace
}  // namespace rlmesh
