// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/env_family.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(EnvFamilyTest, ClassicEnvironmentsNeedGymnasiumAlone) {
  EXPECT_THAT(NeedsOf("CartPole-v1").packages,
              UnorderedElementsAre("gymnasium", "numpy"));
  EXPECT_THAT(NeedsOf("CartPole-v1").imports, IsEmpty());
  // A family's name inside of another.
  EXPECT_THAT(NeedsOf("MyAnt-v5").packages,
              UnorderedElementsAre("gymnasium", "numpy"));
}

TEST(EnvFamilyTest, FamiliesBringTheirPackages) {
  EXPECT_THAT(NeedsOf("ALE/Pong-v5").packages,
              UnorderedElementsAre("gymnasium", "numpy", "ale-py"));
  EXPECT_THAT(NeedsOf("ALE/Pong-v5").imports, ElementsAre("ale_py"));
  EXPECT_THAT(NeedsOf("Ant-v5").packages,
              UnorderedElementsAre("gymnasium[mujoco]", "numpy"));
  EXPECT_THAT(NeedsOf("LunarLander-v3").packages,
              UnorderedElementsAre("gymnasium[box2d]", "numpy"));
}

TEST(EnvFamilyTest, TheUsersChoiceOfAProjectWins) {
  EXPECT_THAT(MergeRequirements({"NumPy==1.26.4", "x"}, {"gymnasium", "numpy"}),
              ElementsAre("NumPy==1.26.4", "x", "gymnasium"));
  EXPECT_THAT(MergeRequirements({"ale_py>=0.9"}, {"ale-py", "numpy"}),
              ElementsAre("ale_py>=0.9", "numpy"));
  EXPECT_THAT(MergeRequirements({"./a.whl"}, {"numpy"}),
              ElementsAre("./a.whl", "numpy"));
}

}  // namespace
}  // namespace rlmesh
