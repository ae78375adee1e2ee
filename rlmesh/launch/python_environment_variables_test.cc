// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/python_environment_variables.h"

#include <stdlib.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::StartsWith;

TEST(PythonEnvironmentVariablesTest, PipKeepsItsSettingsAndLosesItsDetours) {
  setenv("PIP_INDEX_URL", "http://mirror/simple", 1);
  setenv("https_proxy", "http://proxy:3128", 1);
  setenv("PIP_TARGET", "/elsewhere", 1);
  setenv("PYTHONPATH", "/mine", 1);
  const std::vector<std::string> variables = WithoutPythonSettings();
  EXPECT_THAT(variables, Contains("PIP_INDEX_URL=http://mirror/simple"));
  EXPECT_THAT(variables, Contains("https_proxy=http://proxy:3128"));
  EXPECT_THAT(variables, Contains("PIP_USER=0"));
  EXPECT_THAT(variables, Not(Contains(StartsWith("PIP_TARGET="))));
  EXPECT_THAT(variables, Not(Contains(StartsWith("PYTHONPATH="))));
}

TEST(PythonEnvironmentVariablesTest, ASandboxSeesNoSecrets) {
  setenv("HF_TOKEN", "secret", 1);
  setenv("LC_ALL", "C.UTF-8", 1);
  setenv("MUJOCO_GL", "egl", 1);
  const std::vector<std::string> variables = SandboxVariables();
  EXPECT_THAT(variables, Contains("LC_ALL=C.UTF-8"));
  EXPECT_THAT(variables, Contains("MUJOCO_GL=egl"));
  EXPECT_THAT(variables, Not(Contains(StartsWith("HF_TOKEN="))));
  EXPECT_THAT(variables, Not(Contains(StartsWith("HOME="))));
}

}  // namespace
}  // namespace rlmesh
