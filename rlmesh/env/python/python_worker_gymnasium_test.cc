// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The real Gymnasium in a worker.

#include <algorithm>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/python/python_worker_environment.h"
#include "rlmesh/env/python/python_worker_factory.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/spaces/sampler.h"
#include "rlmesh/worker/testing/python_for_tests.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

PythonEnvironmentOptions CartPole() {
  PythonEnvironmentOptions options;
  options.gym = "CartPole-v1";
  options.process = PythonWithGymnasium();
  return options;
}

std::string Hex(ValueView value) {
  return absl::BytesToHexString(value.leaf(0));
}

// What Gymnasium itself gives, a line a call.
std::vector<std::string> Direct(int steps, int seed) {
  ChildProcessOptions options;
  options.argv = {"/usr/bin/python3", TestcasesFolder() + "/direct_cartpole.py",
                  absl::StrCat(steps), absl::StrCat(seed)};
  options.env = EnvironmentWithGymnasium();
  options.standard_output = ChildProcessOptions::Output::kCapture;
  options.tail_bytes = 1 << 22;
  auto child = ChildProcess::Start(options);
  EXPECT_THAT(child, IsOk());
  auto exit = (*child)->Wait(absl::Now() + absl::Minutes(2));
  EXPECT_TRUE(exit.ok() && exit->ok());
  return absl::StrSplit((*child)->OutputTail(), '\n', absl::SkipEmpty());
}

TEST(PythonWorkerGymnasiumTest, IsBitEqualToGymnasium) {
  constexpr int kSteps = 1000;
  auto factory = PythonWorkerFactory::Create(CartPole());
  RLMESH_ASSERT_OK(factory);
  auto env = (*factory)->Create();
  RLMESH_ASSERT_OK(env);
  std::vector<std::string> lines;
  int64_t seed = 7;
  Observation observation;
  ResetRequest reset;
  reset.seeds = absl::MakeConstSpan(&seed, 1);
  RLMESH_ASSERT_OK((*env)->Reset(reset, &observation));
  EXPECT_TRUE(observation.has_infos);
  lines.push_back(Hex(observation.value));
  ValueBuffer action((*env)->contract().action_space, 1);
  for (int64_t i = 0; i < kSteps; ++i) {
    action.Set<int64_t>(0, 0, i * i % 7 % 2);
    StepRequest step;
    step.actions = action.view();
    Transition transition;
    RLMESH_ASSERT_OK((*env)->Step(step, &transition));
    lines.push_back(absl::StrCat(
        Hex(transition.observation.value), " ", transition.rewards[0], ".0 ",
        transition.terminated[0], " ", transition.truncated[0]));
    if (transition.terminated[0] || transition.truncated[0]) {
      ++seed;
      RLMESH_ASSERT_OK((*env)->Reset(reset, &observation));
      lines.push_back(Hex(observation.value));
    }
  }
  EXPECT_GT(lines.size(), kSteps + 10);  // several episodes
  EXPECT_EQ(lines, Direct(kSteps, 7));
}

TEST(PythonWorkerGymnasiumTest, DescribesItself) {
  PythonEnvironmentOptions options = CartPole();
  options.kwargs = R"({"render_mode": "rgb_array"})";
  auto factory = PythonWorkerFactory::Create(options);
  RLMESH_ASSERT_OK(factory);
  const EnvContract& contract = (*factory)->contract();
  EXPECT_EQ(contract.id, "CartPole-v1");
  EXPECT_EQ(contract.num_envs, 1);
  EXPECT_EQ(contract.render_mode, "rgb_array");
  EXPECT_EQ(contract.autoreset_mode, AutoresetMode::kDisabled);
  ASSERT_EQ(contract.observation_space.leaves().size(), 1);
  EXPECT_EQ(contract.observation_space.leaves()[0].dtype, DType::kFloat32);
  EXPECT_EQ(contract.action_space.leaves()[0].n, 2);
  auto metadata = ParseMeta(contract.metadata);
  RLMESH_ASSERT_OK(metadata);
  EXPECT_EQ(metadata->entries().at("render_fps").integer(), 50);
  EXPECT_EQ((*factory)->max_environments(), std::numeric_limits<int>::max());
}

TEST(PythonWorkerGymnasiumTest, IdsThatAModuleRegistersAreFound) {
  PythonEnvironmentOptions imported = CartPole();
  imported.gym = "OurCartPole-v0";
  imported.imports = {"registers"};
  PythonEnvironmentOptions named = CartPole();
  named.gym = "registers:OurCartPole-v0";
  for (const PythonEnvironmentOptions& options : {imported, named}) {
    auto factory = PythonWorkerFactory::Create(options);
    RLMESH_ASSERT_OK(factory);
    EXPECT_EQ((*factory)->contract().id, "OurCartPole-v0");
  }
  named.gym = "no_such_module:OurCartPole-v0";
  EXPECT_THAT(PythonWorkerFactory::Create(named),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("no module 'no_such_module'")));
  imported.imports = {"registres"};
  EXPECT_THAT(PythonWorkerFactory::Create(imported),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("--import=registres: no module")));
}

// Actions of every kind of space become what Gymnasium takes for one, and come
// back as observations bit for bit.
TEST(PythonWorkerGymnasiumTest, EveryKindOfSpacePassesBothWays) {
  PythonEnvironmentOptions options = CartPole();
  options.gym.clear();
  options.entrypoint = "echo:Echo";
  auto factory = PythonWorkerFactory::Create(options);
  RLMESH_ASSERT_OK(factory);
  auto env = (*factory)->Create();
  RLMESH_ASSERT_OK(env);
  const SpaceSpec& space = (*env)->contract().action_space;
  EXPECT_EQ(space, (*env)->contract().observation_space);
  EXPECT_EQ(space.leaves().size(), 14);
  Observation observation;
  RLMESH_ASSERT_OK((*env)->Reset({}, &observation));
  Random random(/*seed=*/1);
  ValueBuffer action(space, 1);
  for (int i = 0; i < 200; ++i) {
    SampleLane(space, /*lane=*/0, /*lanes=*/1, &random, &action);
    StepRequest step;
    step.actions = action.view();
    Transition transition;
    RLMESH_ASSERT_OK((*env)->Step(step, &transition));
    EXPECT_EQ(transition.observation.value.leaves(), action.view().leaves());
  }
}

TEST(PythonWorkerGymnasiumTest, UnknownIdSuggestsNearMatches) {
  PythonEnvironmentOptions options = CartPole();
  options.gym = "CartPol-v1";
  EXPECT_THAT(PythonWorkerFactory::Create(options),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("CartPol-v1"),
                             HasSubstr("did you mean CartPole-v1"))));
  options.gym = "cartpole";
  EXPECT_THAT(PythonWorkerFactory::Create(options),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("CartPole-v1")));
}

TEST(PythonWorkerGymnasiumTest, StepBeforeResetIsGymnasiumsOwnError) {
  auto factory = PythonWorkerFactory::Create(CartPole());
  RLMESH_ASSERT_OK(factory);
  auto env = (*factory)->Create();
  RLMESH_ASSERT_OK(env);
  ValueBuffer action((*env)->contract().action_space, 1);
  StepRequest step;
  step.actions = action.view();
  Transition transition;
  EXPECT_THAT((*env)->Step(step, &transition),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("step failed: gymnasium.error.Reset"),
                             HasSubstr("env.reset()"))));
  Observation observation;
  RLMESH_EXPECT_OK((*env)->Reset({}, &observation));
  RLMESH_EXPECT_OK((*env)->Step(step, &transition));
}

// Not a bound, a figure: timing on a shared machine proves nothing.
TEST(PythonWorkerGymnasiumTest, PrintsItsRoundTrip) {
  auto factory = PythonWorkerFactory::Create(CartPole());
  RLMESH_ASSERT_OK(factory);
  auto env = (*factory)->Create();
  RLMESH_ASSERT_OK(env);
  ValueBuffer action((*env)->contract().action_space, 1);
  StepRequest step;
  step.actions = action.view();
  Observation observation;
  RLMESH_ASSERT_OK((*env)->Reset({}, &observation));
  std::vector<int64_t> nanoseconds;
  for (int64_t i = 0; i < 20000; ++i) {
    action.Set<int64_t>(0, 0, i % 2);
    Transition transition;
    const int64_t start = absl::GetCurrentTimeNanos();
    RLMESH_ASSERT_OK((*env)->Step(step, &transition));
    nanoseconds.push_back(absl::GetCurrentTimeNanos() - start);
    if (transition.terminated[0] || transition.truncated[0]) {
      RLMESH_ASSERT_OK((*env)->Reset({}, &observation));
    }
  }
  std::sort(nanoseconds.begin(), nanoseconds.end());
  const size_t n = nanoseconds.size();
  std::cout << "step: p50 " << nanoseconds[n / 2] / 1000.0 << " us, p99 "
            << nanoseconds[n * 99 / 100] / 1000.0 << " us\n";
}

}  // namespace
}  // namespace rlmesh
