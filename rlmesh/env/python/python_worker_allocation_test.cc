// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A step in the steady state allocates nothing on our side.

#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/testing/python_env_driver.h"

namespace {
thread_local int allocations = 0;
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace rlmesh {
namespace {

TEST(PythonWorkerAllocationTest, StepOfLanesAllocatesNothing) {
  PythonEnvironmentOptions options = PythonEnvDriver::Options("plain:Env");
  options.num_envs = 3;
  options.processes = 2;
  PythonEnvDriver driver(std::move(options));
  RLMESH_ASSERT_OK(driver.Reset());
  ValueBuffer all(driver.env()->contract().action_space, 3);
  ValueBuffer some(driver.env()->contract().action_space, 2);
  const std::vector<uint32_t> lanes = {2, 0};
  StepRequest step, subset;
  step.actions = all.view();
  subset.actions = some.view();
  subset.lanes = lanes;
  Transition transition;
  const auto run = [&](int steps) {
    for (int i = 0; i < steps; ++i) {
      if (!driver.env()->Step(step, &transition).ok()) return false;
      if (!driver.env()->Step(subset, &transition).ok()) return false;
    }
    return true;
  };
  ASSERT_TRUE(run(10));
  const int before = allocations;
  EXPECT_TRUE(run(100));
  EXPECT_EQ(allocations - before, 0);
  EXPECT_EQ(transition.rewards[0], 220);
}

TEST(PythonWorkerAllocationTest, StepAllocatesNothing) {
  PythonEnvDriver driver("plain:Env");
  RLMESH_ASSERT_OK(driver.Reset());
  PythonWorkerEnvironment* env = driver.env();
  ValueBuffer action(env->contract().action_space, 1);
  StepRequest step;
  step.actions = action.view();
  step.timeout = absl::Seconds(30);
  Transition transition;
  for (int i = 0; i < 10; ++i) RLMESH_ASSERT_OK(env->Step(step, &transition));
  const int before = allocations;
  EXPECT_GT(before, 0);  // the counter counts
  for (int i = 0; i < 100; ++i) {
    if (!env->Step(step, &transition).ok()) break;
  }
  EXPECT_EQ(allocations - before, 0);
  EXPECT_EQ(transition.rewards[0], 110);
}

}  // namespace
}  // namespace rlmesh
