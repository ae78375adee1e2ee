// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Several lanes of Python environments, in one process and in several.

#include <signal.h>

#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/lanes/failed_rows.h"
#include "rlmesh/env/python/python_worker_environment.h"
#include "rlmesh/env/python/python_worker_factory.h"
#include "rlmesh/env/testing/python_env_driver.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/spaces/text_leaf.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

PythonEnvironmentOptions Options(const std::string& entrypoint, int num_envs,
                                 int processes) {
  PythonEnvironmentOptions options = PythonEnvDriver::Options(entrypoint);
  options.num_envs = num_envs;
  options.processes = processes;
  return options;
}

// Lanes of one environment, stepped by hand; actions are one integer a lane.
class Lanes {
 public:
  explicit Lanes(PythonEnvironmentOptions options) {
    auto factory = PythonWorkerFactory::Create(std::move(options));
    EXPECT_THAT(factory.status(), IsOk());
    if (!factory.ok()) return;
    factory_ = *std::move(factory);
    auto env = factory_->Create();
    EXPECT_THAT(env.status(), IsOk());
    env_.reset(static_cast<PythonWorkerEnvironment*>(env->release()));
  }

  absl::Status Reset(std::vector<uint32_t> lanes = {},
                     std::vector<int64_t> seeds = {}) {
    ResetRequest request;
    request.lanes = lanes;
    request.seeds = seeds;
    last_ = &observation_;
    return env_->Reset(request, &observation_);
  }
  absl::Status Step(const std::vector<int64_t>& actions,
                    std::vector<uint32_t> lanes = {},
                    absl::Duration timeout = absl::InfiniteDuration()) {
    ValueBuffer action(env_->contract().action_space,
                       static_cast<int>(actions.size()));
    for (size_t i = 0; i < actions.size(); ++i) {
      action.Set<int64_t>(0, i, actions[i]);
    }
    StepRequest request;
    request.lanes = lanes;
    request.actions = action.view();
    request.timeout = timeout;
    last_ = &transition_.observation;
    return env_->Step(request, &transition_);
  }

  // The observations of the last call, row after row.
  std::vector<float> Floats() const {
    const absl::string_view leaf = last_->value.leaf(0);
    std::vector<float> floats(leaf.size() / sizeof(float));
    std::memcpy(floats.data(), leaf.data(), leaf.size());
    return floats;
  }
  spaces::v1::MetaMap Infos() const {
    auto infos = ParseMeta(last_->infos);
    EXPECT_THAT(infos.status(), IsOk());
    return infos.ok() ? *infos : spaces::v1::MetaMap();
  }
  const Transition& transition() const { return transition_; }
  PythonWorkerEnvironment* env() { return env_.get(); }
  PythonWorkerFactory* factory() { return factory_.get(); }

 private:
  std::unique_ptr<PythonWorkerFactory> factory_;
  std::unique_ptr<PythonWorkerEnvironment> env_;
  Observation observation_;
  Transition transition_;
  const Observation* last_ = &observation_;
};

// Of one process, and of two.
class PythonWorkerLanesTest : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Processes, PythonWorkerLanesTest,
                         ::testing::Values(1, 2));

TEST_P(PythonWorkerLanesTest, StepAsTheirEnvironmentsDo) {
  Lanes lanes(Options("plain:Env", 3, GetParam()));
  EXPECT_EQ(lanes.env()->contract().num_envs, 3);
  EXPECT_FALSE(lanes.factory()->is_lockstep());
  // A short list of seeds leaves the rest unseeded.
  RLMESH_ASSERT_OK(lanes.Reset({}, {3, 5}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(3, 0, 5, 0, 0, 0));
  const auto infos = lanes.Infos();
  const auto& finals = infos.entries().at("final_info").list();
  EXPECT_EQ(finals.items(1).map().entries().at("seed").integer(), 5);
  EXPECT_EQ(finals.items(2).map().entries().at("seed").kind_case(),
            spaces::v1::MetaValue::KIND_NOT_SET);
  EXPECT_TRUE(infos.entries().at("_final_info").list().items(2).bool_());
  RLMESH_ASSERT_OK(lanes.Step({10, 20, 30}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(4, 10, 6, 20, 1, 30));
  EXPECT_THAT(lanes.transition().rewards, ElementsAre(4, 6, 1));
  // Some, in an order of their own.
  RLMESH_ASSERT_OK(lanes.Step({7, 8}, {2, 0}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(2, 7, 5, 8));
  RLMESH_ASSERT_OK(lanes.Step({9}, {1}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(7, 9));
  RLMESH_ASSERT_OK(lanes.Reset({1}, {40}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(40, 0));
  RLMESH_ASSERT_OK(lanes.Step({1, 1, 1}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(6, 1, 41, 1, 3, 1));
  EXPECT_THAT(lanes.transition().terminated, ElementsAre(0, 1, 0));
}

TEST_P(PythonWorkerLanesTest, NextStepBeginsTheNextEpisode) {
  PythonEnvironmentOptions options = Options("plain:Env", 3, GetParam());
  options.autoreset = AutoresetMode::kNextStep;
  Lanes lanes(std::move(options));
  EXPECT_EQ(lanes.env()->contract().autoreset_mode, AutoresetMode::kNextStep);
  RLMESH_ASSERT_OK(lanes.Reset({}, {0, 9, 0}));
  RLMESH_ASSERT_OK(lanes.Step({1, 1, 1}));
  EXPECT_THAT(lanes.transition().terminated, ElementsAre(0, 1, 0));
  EXPECT_THAT(lanes.transition().rewards, ElementsAre(1, 10, 1));
  RLMESH_ASSERT_OK(lanes.Step({1, 1, 1}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(2, 1, 0, 0, 2, 1));
  EXPECT_THAT(lanes.transition().terminated, ElementsAre(0, 0, 0));
  EXPECT_THAT(lanes.transition().rewards, ElementsAre(2, 0, 2));
  RLMESH_ASSERT_OK(lanes.Step({1, 1, 1}));
  EXPECT_THAT(lanes.transition().rewards, ElementsAre(3, 1, 3));
}

TEST_P(PythonWorkerLanesTest, AnExceptionIsItsLanesAlone) {
  Lanes lanes(Options("lanes:Faults", 3, GetParam()));
  RLMESH_ASSERT_OK(lanes.Reset());
  for (const int64_t fault : {1, 4}) {  // raises; gives NaN
    const absl::Status status = lanes.Step({0, fault, 5});
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal,
                                 HasSubstr("step failed: lane 1: ")));
    EXPECT_TRUE(GetErrorDetails(status).recoverable);
    EXPECT_THAT(FailedRows(status), ElementsAre(0, 1, 0));
    EXPECT_EQ(lanes.transition().terminated[2], 1);
    EXPECT_THAT(lanes.Step({0, 0, 0}),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("lane 1 failed; reset it")));
    RLMESH_EXPECT_OK(lanes.Step({0}, {0}));
    RLMESH_EXPECT_OK(lanes.Reset({1, 2}));
    RLMESH_EXPECT_OK(lanes.Step({0, 0, 0}));
  }
  EXPECT_THAT(lanes.Reset({}, {1, 2, 13}),
              StatusIs(absl::StatusCode::kInternal,
                       HasSubstr("reset failed: lane 2: ValueError: 13")));
  RLMESH_EXPECT_OK(lanes.Reset());
}

TEST(PythonWorkerGroupsTest, ACrashCostsTheLanesOfItsProcess) {
  Lanes lanes(Options("lanes:Faults", 4, 2));
  RLMESH_ASSERT_OK(lanes.Reset());
  const pid_t survivor = lanes.env()->pid(0);
  EXPECT_NE(lanes.env()->pid(3), survivor);
  const absl::Status status = lanes.Step({0, 0, 0, 2});
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("lanes 2 to 3: the worker process"),
                             HasSubstr("exited with code 7"))));
  EXPECT_THAT(FailedRows(status), ElementsAre(0, 0, 1, 1));
  RLMESH_EXPECT_OK(lanes.Step({6, 6}, {0, 1}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(2, 6, 2, 6));  // they went on
  RLMESH_EXPECT_OK(lanes.Reset({2}));
  EXPECT_THAT(lanes.Step({0}, {3}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  RLMESH_EXPECT_OK(lanes.Reset({3}));
  RLMESH_EXPECT_OK(lanes.Step({6, 6, 6, 6}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(3, 6, 3, 6, 1, 6, 1, 6));
  EXPECT_EQ(lanes.env()->pid(0), survivor);
}

TEST(PythonWorkerGroupsTest, AStoppedProcessIsLateAndThenReplaced) {
  PythonEnvironmentOptions options = Options("plain:Env", 2, 2);
  options.process.interrupt_grace = absl::Milliseconds(200);
  Lanes lanes(std::move(options));
  RLMESH_ASSERT_OK(lanes.Reset());
  const pid_t stopped = lanes.env()->pid(1);
  ASSERT_EQ(kill(stopped, SIGSTOP), 0);
  const absl::Status late = lanes.Step({1, 1}, {}, absl::Milliseconds(300));
  EXPECT_THAT(late, StatusIs(absl::StatusCode::kDeadlineExceeded,
                             HasSubstr("timed out after 300ms: lane 1")));
  EXPECT_THAT(FailedRows(late), ElementsAre(0, 1));
  RLMESH_EXPECT_OK(lanes.Step({1}, {0}));
  RLMESH_EXPECT_OK(lanes.Reset({1}));
  EXPECT_NE(lanes.env()->pid(1), stopped);
  RLMESH_EXPECT_OK(lanes.Step({1, 1}));
}

TEST(PythonWorkerGroupsTest, CancelEndsTheCallInEveryProcess) {
  PythonEnvironmentOptions options = Options("lanes:Faults", 2, 2);
  options.process.interrupt_grace = absl::Milliseconds(200);
  Lanes lanes(std::move(options));
  RLMESH_ASSERT_OK(lanes.Reset());
  lanes.env()->Cancel();
  EXPECT_THAT(lanes.Step({3, 3}), StatusIs(absl::StatusCode::kCancelled));
  RLMESH_EXPECT_OK(lanes.Reset());
  RLMESH_EXPECT_OK(lanes.Step({0, 0}));
}

TEST(PythonWorkerGroupsTest, TheNextSessionHasFreshLanesInTheSameProcesses) {
  Lanes lanes(Options("plain:Env", 3, 2));
  RLMESH_ASSERT_OK(lanes.Reset({}, {5, 5, 5}));
  const pid_t first = lanes.env()->pid(0), second = lanes.env()->pid(2);
  RLMESH_ASSERT_OK(lanes.env()->Close());
  auto next = lanes.factory()->Create();
  RLMESH_ASSERT_OK(next);
  auto* env = static_cast<PythonWorkerEnvironment*>(next->get());
  EXPECT_EQ(env->pid(0), first);
  EXPECT_EQ(env->pid(2), second);
  Observation observation;
  RLMESH_ASSERT_OK(env->Reset({}, &observation));
  EXPECT_EQ(observation.value.leaf(0), std::string(24, '\0'));
}

TEST_P(PythonWorkerLanesTest, TextsFindTheirLanes) {
  Lanes lanes(Options("lanes:Says", 3, GetParam()));
  RLMESH_ASSERT_OK(lanes.Reset());
  const SpaceSpec& space = lanes.env()->contract().action_space;
  ValueBuffer action(space, 3);
  for (int lane = 0; lane < 3; ++lane) action.Set<int64_t>(0, lane, lane);
  action.SetText(1, {"zero", "\xc3\xa9", "two"});
  StepRequest request;
  request.actions = action.view();
  Transition transition;
  RLMESH_ASSERT_OK(lanes.env()->Step(request, &transition));
  absl::string_view said = transition.observation.value.leaf(1);
  EXPECT_EQ(TextOfLane(said, 0), "zero");
  EXPECT_EQ(TextOfLane(said, 1), "\xc3\xa9!");
  EXPECT_EQ(TextOfLane(said, 2), "two!!");
  const std::vector<uint32_t> some = {2, 0};
  ValueBuffer two(space, 2);
  two.SetText(1, {"c", "a"});
  request.lanes = some;
  request.actions = two.view();
  RLMESH_ASSERT_OK(lanes.env()->Step(request, &transition));
  said = transition.observation.value.leaf(1);
  EXPECT_EQ(TextOfLane(said, 0), "c");
  EXPECT_EQ(TextOfLane(said, 1), "a");
}

TEST(PythonWorkerSourcesTest, AListIsItsLanes) {
  Lanes lanes(Options("lanes:several", 0, 1));
  EXPECT_EQ(lanes.env()->contract().num_envs, 3);
  EXPECT_EQ(lanes.factory()->max_environments(), 1);
  RLMESH_ASSERT_OK(lanes.Reset());
  EXPECT_THAT(lanes.Floats(), ElementsAre(0, 0, 5, 0, 7, 0));
  Lanes made(Options("lanes:two", 2, 1));
  EXPECT_EQ(made.factory()->max_environments(),
            std::numeric_limits<int>::max());
  RLMESH_EXPECT_OK(made.Reset());
}

TEST(PythonWorkerSourcesTest, AVectorEnvironmentIsLockstep) {
  Lanes lanes(Options("lanes:Vector", 0, 1));
  EXPECT_EQ(lanes.env()->contract().num_envs, 3);
  EXPECT_TRUE(lanes.factory()->is_lockstep());
  EXPECT_EQ(lanes.env()->contract().autoreset_mode, AutoresetMode::kNextStep);
  RLMESH_ASSERT_OK(lanes.Reset({}, {4}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(4, 0, 5, 0, 6, 0));
  EXPECT_EQ(lanes.Infos().entries().at("seed").list().items(2).integer(), 6);
  RLMESH_ASSERT_OK(lanes.Step({1, 2, 3}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(5, 1, 6, 2, 7, 3));
  EXPECT_THAT(lanes.transition().rewards, ElementsAre(1, 1, 1));
  EXPECT_THAT(lanes.Step({1}, {1}), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST(PythonWorkerSourcesTest, AVectorEnvironmentOfOneLaneIsScalar) {
  PythonEnvironmentOptions options = Options("lanes:Vector", 0, 1);
  options.kwargs = "{\"num_envs\": 1}";
  Lanes lanes(std::move(options));
  EXPECT_EQ(lanes.env()->contract().num_envs, 1);
  EXPECT_FALSE(lanes.factory()->is_lockstep());
  EXPECT_EQ(lanes.env()->contract().autoreset_mode, AutoresetMode::kDisabled);
  RLMESH_ASSERT_OK(lanes.Reset({}, {4}));
  EXPECT_EQ(lanes.Infos().entries().at("seed").integer(), 4);
  EXPECT_EQ(lanes.Infos().entries_size(), 1);
  RLMESH_ASSERT_OK(lanes.Step({1}, {0}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(5, 1));
}

TEST(Limits27Test, Limits27Row09SeedListOnOwnVectorClass) {
  Lanes lanes(Options("lanes:Vector", 0, 1));
  // The length is checked before the environment is asked.
  EXPECT_THAT(lanes.Reset({}, {1, 2}),
              StatusIs(kInvalid, HasSubstr("seeds length 2 does not match "
                                           "num_envs 3")));
  // It takes one seed: consecutive ones are what it derives from the first.
  RLMESH_ASSERT_OK(lanes.Reset({}, {4, 5, 6}));
  EXPECT_THAT(lanes.Floats(), ElementsAre(4, 0, 5, 0, 6, 0));
  const absl::Status status = lanes.Reset({}, {4, 4, 4});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal,
                               HasSubstr("send one seed, or consecutive")));
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
  RLMESH_EXPECT_OK(lanes.Reset());  // it lives on
}

struct Refusal {
  const char* entrypoint;
  int num_envs;
  int processes;
  const char* message;
};
class RefusedLanesTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedLanesTest, SayWhatWouldWork) {
  const Refusal& refusal = GetParam();
  EXPECT_THAT(PythonWorkerFactory::Create(Options(
                  refusal.entrypoint, refusal.num_envs, refusal.processes)),
              StatusIs(kInvalid, HasSubstr(refusal.message)));
}

INSTANTIATE_TEST_SUITE_P(
    Sources, RefusedLanesTest,
    ::testing::Values(
        Refusal{"plain:instance", 2, 1, "2 lanes need a class, a factory"},
        Refusal{"lanes:several", 2, 1, "a list of 3 environments, not of 2"},
        Refusal{"lanes:several", 3, 3, "leave --vectorization_mode=async out"},
        Refusal{"lanes:Vector", 2, 1, "of 3 lanes, not of 2"},
        Refusal{"lanes:mixed", 0, 1, "lane 1 (lanes.Other) has other spaces"},
        Refusal{"lanes:with_vector", 0, 1, "which has lanes of its own"},
        Refusal{"lanes:empty", 0, 1, "no environment in it"},
        Refusal{"plain:Env", 2, 3, "processes is 3"}));

TEST(RefusedModesTest, SameStepIsRefused) {
  PythonEnvironmentOptions options = Options("lanes:Vector", 0, 1);
  options.kwargs = "{\"mode\": \"SameStep\"}";
  EXPECT_THAT(PythonWorkerFactory::Create(std::move(options)),
              StatusIs(kInvalid, HasSubstr("AutoresetMode.NEXT_STEP")));
  options = Options("lanes:Vector", 0, 1);
  options.kwargs = "{\"mode\": \"Disabled\"}";
  options.autoreset = AutoresetMode::kNextStep;
  EXPECT_THAT(PythonWorkerFactory::Create(std::move(options)),
              StatusIs(kInvalid, HasSubstr("waits for a reset")));
}

}  // namespace
}  // namespace rlmesh
