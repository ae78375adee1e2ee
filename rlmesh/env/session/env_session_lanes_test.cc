// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A session of an environment with several lanes.

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/env/testing/session_fixture.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"

namespace rlmesh {
namespace {

using env::v1::JoinResponse;
using ::testing::ElementsAre;

class LanesTest : public EnvSessionTest {
 protected:
  LanesTest() { script_.contract = SimpleContract(3); }
};

TEST_F(LanesTest, SubsetsAnswerInPartialWidth) {
  EXPECT_EQ(Ask("reset {}").reset().observation().leaves(0).size(), 24);
  EXPECT_EQ(Ask("reset { env_indices: [2, 0] }")
                .reset()
                .observation()
                .leaves(0)
                .size(),
            16);
  script_.rewards = {1, 2, 3};
  const JoinResponse& step = Ask(R"(step { env_indices: [2, 1] action { leaves:
          "\001\0\0\0\0\0\0\0\001\0\0\0\0\0\0\0" } })");
  ASSERT_TRUE(step.has_step()) << step.DebugString();
  EXPECT_THAT(step.step().rewards(), ElementsAre(3, 2));
  EXPECT_THAT(step.step().env_indices(), ElementsAre(2, 1));
}

TEST_F(LanesTest, LanesAreNamedWhenTheyNeedAReset) {
  Ask("reset { env_indices: [0, 2] }");
  EXPECT_THAT(Ask("step { env_indices: 1 " + std::string(kActionOne) + " }"),
              IsError(env::v1::ENV_ERROR_CODE_NOT_READY, true,
                      "step: no episode has begun in lane 1; reset it first"));
  EXPECT_TRUE(Ask("step { env_indices: 2 " + std::string(kActionOne) + " }")
                  .has_step());
  EXPECT_THAT(Ask("reset { env_indices: [1, 2] seeds: [4, -5] }"),
              IsError(env::v1::ENV_ERROR_CODE_INVALID_ACTION, true,
                      "reset: seed -5 of lane 2 is negative"));
}

TEST_F(LanesTest, BadSubsetsAreRefused) {
  constexpr auto kCode = env::v1::ENV_ERROR_CODE_INVALID_ACTION;
  EXPECT_THAT(Ask("step { env_indices: 3 }"),
              IsError(kCode, true,
                      "subset step: env_index 3 out of range for num_envs 3"));
  EXPECT_THAT(Ask("step { env_indices: [0, 0] }"),
              IsError(kCode, true, "subset step: duplicate env_index 0"));
  EXPECT_THAT(Ask("reset { env_indices: 9 }"),
              IsError(kCode, true, "partial reset: env_index 9 out of range"));
  EXPECT_THAT(Ask("reset { env_indices: 1 seeds: [1, 2] }"),
              IsError(kCode, true,
                      "partial reset: seeds length 2 does not match "
                      "env_indices length 1"));
}

TEST_F(LanesTest, ALongEpisodeIdIsNamedByItsLane) {
  EXPECT_THAT(Ask("reset { env_indices: [0, 2] episode_ids: ['a', '" +
                  std::string(300, 'a') + "'] }"),
              IsError(env::v1::ENV_ERROR_CODE_INVALID_ACTION, true,
                      "reset: the episode id of lane 2 has 300 bytes"));
}

TEST_F(LanesTest, SubsetsNeedIndependentLanes) {
  script_.contract.autoreset_mode = AutoresetMode::kNextStep;
  EXPECT_THAT(Ask("step { env_indices: 0 }"),
              IsError(env::v1::ENV_ERROR_CODE_UNSUPPORTED, true,
                      "subset stepping (StepRequest.env_indices) is not "
                      "supported by this environment"));
  EXPECT_THAT(Ask("reset { env_indices: 0 }"),
              IsError(env::v1::ENV_ERROR_CODE_UNSUPPORTED, true,
                      "partial reset (ResetRequest.env_indices)"));
}

}  // namespace
}  // namespace rlmesh
