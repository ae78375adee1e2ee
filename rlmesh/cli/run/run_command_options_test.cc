// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_command_options.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

RunCommandOptions Complete() {
  RunCommandOptions options;
  options.source = "gym://CartPole-v1";
  options.seed = 7;
  return options;
}

TEST(RunCommandOptionsTest, AHeaderNamesWhatIsNotTheDefault) {
  RunCommandOptions options = Complete();
  EXPECT_THAT(options.Header().settings,
              ElementsAre(Pair("policy", "random"),
                          Pair("source", "gym://CartPole-v1")));
  options.max_episode_steps = 50;
  options.max_episode_time = absl::Seconds(1.5);
  options.process.packages = {"a", "b<2"};
  EXPECT_THAT(options.Header().settings,
              ElementsAre(Pair("max_episode_seconds", "1.5s"),
                          Pair("max_episode_steps", "50"),
                          Pair("package", "a,b<2"), Pair("policy", "random"),
                          Pair("source", "gym://CartPole-v1")));
}

TEST(RunCommandOptionsTest, TakesOverAllThatIsNotGiven) {
  RunCommandOptions options = Complete();
  options.episodes = 200;
  options.policy = "constant:1";
  options.max_episode_steps = 50;
  options.max_episode_time = absl::Seconds(1.5);
  options.process.packages = {"a", "b>=1,<2"};
  options.process.requirements_file = "/r.txt";
  options.process.imports = {"m.n", "o"};
  options.process.kwargs = "{\"a\":1}";
  const JournalHeader header = options.Header();
  RunCommandOptions resumed;
  RLMESH_ASSERT_OK(resumed.TakeOver(header));
  EXPECT_EQ(resumed.Header().settings, header.settings);
  EXPECT_EQ(resumed.seed, 7);
  EXPECT_EQ(resumed.episodes, 200);
  EXPECT_THAT(resumed.process.packages, ElementsAre("a", "b>=1,<2"));
  EXPECT_EQ(resumed.max_episode_time, absl::Seconds(1.5));
}

TEST(RunCommandOptionsTest, WhatIsGivenStays) {
  RunCommandOptions options;
  options.given = {"seed", "episodes", "policy"};
  options.source = "gym://Ant-v5";
  options.seed = 9;
  options.episodes = 3;
  JournalHeader header = Complete().Header();
  header.settings["policy"] = "constant:1";
  RLMESH_ASSERT_OK(options.TakeOver(header));
  EXPECT_EQ(options.source, "gym://Ant-v5");
  EXPECT_EQ(options.seed, 9);
  EXPECT_EQ(options.episodes, 3);
  EXPECT_EQ(options.policy, "random");
}

TEST(RunCommandOptionsTest, SettingsThatNoFlagTakesAreRefused) {
  for (const char* name :
       {"source", "max_episode_steps", "max_episode_seconds"}) {
    JournalHeader header = Complete().Header();
    header.settings[name] = name == std::string("source") ? "" : "x";
    RunCommandOptions options;
    EXPECT_THAT(options.TakeOver(header),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(name)));
  }
}

TEST(RunCommandOptionsTest, AJournalIsBegunOrResumed) {
  RunCommandOptions options = Complete();
  options.journal = "a";
  RLMESH_EXPECT_OK(options.Validate());
  options.resume = "b";
  EXPECT_THAT(options.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("--resume=b")));
}

TEST(SplitRequirementsTest, CutsOnlyBetweenRequirements) {
  EXPECT_THAT(SplitRequirements(""), IsEmpty());
  EXPECT_THAT(SplitRequirements("a, b==1 ,c"), ElementsAre("a", "b==1", "c"));
  EXPECT_THAT(SplitRequirements("numpy>=1,<2,gymnasium[box2d,mujoco]"),
              ElementsAre("numpy>=1,<2", "gymnasium[box2d,mujoco]"));
}

}  // namespace
}  // namespace rlmesh
