// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Well-behaved environments; python_worker_faults_test.cc has the others.

#include "rlmesh/env/python/python_worker_environment.h"

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/testing/python_env_driver.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PythonWorkerEnvironmentTest, ResetsAndSteps) {
  PythonEnvDriver env("plain:Env");
  EXPECT_THAT(env.Reset(), IsOk());
  EXPECT_THAT(env.Floats(), ElementsAre(0, 0));
  EXPECT_THAT(env.Step(7), IsOk());
  EXPECT_THAT(env.Floats(), ElementsAre(1, 7));
  EXPECT_THAT(env.transition().rewards, ElementsAre(1.0));
  EXPECT_THAT(env.transition().terminated, ElementsAre(0));
  for (int i = 0; i < 9; ++i) EXPECT_THAT(env.Step(0), IsOk());
  EXPECT_THAT(env.transition().terminated, ElementsAre(1));
  EXPECT_THAT(env.transition().truncated, ElementsAre(0));
  EXPECT_THAT(env.Reset(), IsOk());
  EXPECT_THAT(env.Floats(), ElementsAre(0, 0));
}

TEST(PythonWorkerEnvironmentTest, SeedAndOptionsArrive) {
  PythonEnvDriver env("plain:Env");
  ResetRequest request;
  const int64_t seed = -42;
  request.seeds = absl::MakeConstSpan(&seed, 1);
  spaces::v1::MetaMap options;
  (*options.mutable_entries())["depth"] = MetaInteger(3);
  const MetaBytes bytes = SerializeMeta(options);
  request.options = bytes;
  request.has_options = true;
  EXPECT_THAT(env.Reset(request), IsOk());
  auto infos = ParseMeta(env.observation().infos);
  RLMESH_ASSERT_OK(infos);
  EXPECT_EQ(infos->entries().at("seed").integer(), -42);
  EXPECT_EQ(
      infos->entries().at("options").map().entries().at("depth").integer(), 3);
  EXPECT_THAT(env.Reset(), IsOk());
  infos = ParseMeta(env.observation().infos);
  EXPECT_FALSE(infos->entries().at("seed").has_integer());
  EXPECT_FALSE(infos->entries().at("options").has_map());
}

TEST(PythonWorkerEnvironmentTest, EveryFormOfEntrypointServes) {
  for (const char* entrypoint :
       {"plain:Env", "plain:factory", "plain:Factory"}) {
    PythonEnvironmentOptions options = PythonEnvDriver::Options(entrypoint);
    options.kwargs = R"({"start": 5})";
    PythonEnvDriver env(options);
    EXPECT_THAT(env.Reset(), IsOk()) << entrypoint;
    EXPECT_THAT(env.Floats(), ElementsAre(5, 0));
    EXPECT_EQ(env.factory().max_environments(),
              std::numeric_limits<int>::max());
  }
  PythonEnvDriver instance("plain:instance");
  EXPECT_THAT(instance.Reset(), IsOk());
  EXPECT_EQ(instance.factory().max_environments(), 1);
}

TEST(PythonWorkerEnvironmentTest, ActionsOutsideTheSpaceAreRefusedAndHarmless) {
  PythonEnvDriver env("plain:Env");
  EXPECT_THAT(env.Reset(), IsOk());
  const absl::Status status = env.Step(100);
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("$: value 100 not in range [0, 100)")));
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
  EXPECT_THAT(env.StepBytes({"abc"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("length mismatch")));
  EXPECT_THAT(env.StepBytes({}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(env.Step(1), IsOk());  // no reset needed
  EXPECT_THAT(env.Floats(), ElementsAre(1, 1));
}

TEST(PythonWorkerEnvironmentTest, OnlyLaneZeroExists) {
  PythonEnvDriver env("plain:Env");
  ResetRequest request;
  const std::vector<uint32_t> zero = {0}, three = {3}, twice = {0, 0};
  request.lanes = zero;
  EXPECT_THAT(env.Reset(request), IsOk());
  request.lanes = three;
  EXPECT_THAT(env.Reset(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("env_index 3 out of range for num_envs 1")));
  request.lanes = twice;
  EXPECT_THAT(env.Reset(request), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("duplicate env_index 0")));
  Frame frame;
  EXPECT_THAT(env.env()->Render({3}, &frame),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("lane 3 out of range for 1 lanes")));
}

TEST(PythonWorkerEnvironmentTest, RendersPngOrNothing) {
  Frame frame;
  PythonEnvDriver picture("renders:Picture");
  EXPECT_EQ(picture.env()->contract().render_mode, "rgb_array");
  EXPECT_THAT(picture.Reset(), IsOk());
  EXPECT_THAT(picture.env()->Render({0}, &frame), IsOk());
  EXPECT_EQ(frame.png.substr(1, 3), "PNG");
  for (const char* entrypoint : {"renders:Ansi", "plain:Env"}) {
    PythonEnvDriver env(entrypoint);
    EXPECT_THAT(env.Reset(), IsOk());
    EXPECT_THAT(env.env()->Render({0}, &frame), IsOk());
    EXPECT_EQ(frame.png, "") << entrypoint;
  }
}

TEST(PythonWorkerEnvironmentTest, TextsAndInfosOfAnySizeArrive) {
  PythonEnvDriver env("wrong:HugeText");
  EXPECT_THAT(env.Reset(), IsOk());
  EXPECT_THAT(env.Step(0), IsOk());
  const ValueView value = env.transition().observation.value;
  EXPECT_EQ(value.leaf(0), absl::string_view("\2\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(value.leaf(1).size(), 16 + 10000000);
  EXPECT_GT(env.transition().observation.infos.size(), 1000000);
}

TEST(PythonWorkerEnvironmentTest, DeviationsAreReportedOnceASession) {
  PythonEnvDriver env("wrong:Bounds");
  EXPECT_THAT(env.Reset(), IsOk());
  EXPECT_THAT(env.Step(1), IsOk());
  EXPECT_THAT(env.Floats(), ElementsAre(1, 2000));  // delivered
  auto infos = ParseMeta(env.transition().observation.infos);
  RLMESH_ASSERT_OK(infos);
  const auto& warnings = infos->entries().at(kConformanceKey).list();
  ASSERT_EQ(warnings.items_size(), 1);
  const auto& warning = warnings.items(0).map().entries();
  EXPECT_EQ(warning.at("kind").text(), "observation");
  EXPECT_EQ(warning.at("path").text(), "$");
  EXPECT_THAT(warning.at("detail").text(), HasSubstr("2000"));
  EXPECT_THAT(env.Step(1), IsOk());
  EXPECT_EQ(env.transition().observation.infos, "");
  env.NewSession();
  EXPECT_THAT(env.Reset(), IsOk());
  EXPECT_THAT(env.Step(1), IsOk());
  EXPECT_NE(env.transition().observation.infos, "");
}

TEST(PythonWorkerEnvironmentTest, StrictPolicyRefusesDeviations) {
  PythonEnvironmentOptions options = PythonEnvDriver::Options("wrong:Bounds");
  options.validation = ValidationPolicy::kStrict;
  PythonEnvDriver env(options);
  EXPECT_THAT(env.Reset(), IsOk());
  EXPECT_THAT(env.Step(1), StatusIs(absl::StatusCode::kInternal,
                                    HasSubstr("step failed: ValueError: $")));
}

TEST(PythonWorkerFactoryTest,
     NextSessionGetsAFreshEnvironmentInTheSameProcess) {
  PythonEnvDriver env("plain:Env");
  EXPECT_THAT(env.Reset(), IsOk());
  EXPECT_THAT(env.Step(1), IsOk());
  const pid_t pid = env.env()->pid();
  env.NewSession();
  EXPECT_EQ(env.env()->pid(), pid);
  EXPECT_THAT(env.Step(1), IsOk());  // this one counts from zero, unreset
  EXPECT_THAT(env.Floats(), ElementsAre(1, 1));
  EXPECT_TRUE(env.WaitForLines("closed", 1));  // the first one
}

TEST(PythonWorkerFactoryTest, SingleInstanceGoesOnInTheNextSession) {
  PythonEnvDriver env("plain:instance");
  EXPECT_THAT(env.Reset(), IsOk());
  EXPECT_THAT(env.Step(1), IsOk());
  env.NewSession();
  EXPECT_THAT(env.Step(1), IsOk());
  EXPECT_THAT(env.Floats(), ElementsAre(2, 1));
  env.End();
  EXPECT_EQ(env.CountLines("closed"), 1);  // only now
}

TEST(PythonWorkerFactoryTest, SessionsAtTheSameTimeHaveProcessesOfTheirOwn) {
  PythonEnvDriver env("plain:Env");
  auto other = env.factory().Create();
  RLMESH_ASSERT_OK(other);
  EXPECT_NE(static_cast<PythonWorkerEnvironment&>(**other).pid(),
            env.env()->pid());
  Observation observation;
  EXPECT_THAT((*other)->Reset({}, &observation), IsOk());
  EXPECT_THAT(env.Reset(), IsOk());
}

TEST(PythonWorkerFactoryTest, EnvironmentThatChangesItsSpaceGetsANewProcess) {
  PythonEnvDriver env(
      "unstable:factory");  // another space in each process-life
  EXPECT_THAT(env.Reset(), IsOk());
  const pid_t pid = env.env()->pid();
  env.NewSession();
  EXPECT_NE(env.env()->pid(), pid);
  EXPECT_THAT(env.Reset(), IsOk());
}

TEST(PythonWorkerFactoryTest, ClosesEnvironmentsAtTheEnd) {
  PythonEnvDriver env("plain:Env");
  EXPECT_THAT(env.Reset(), IsOk());
  env.End();
  EXPECT_EQ(env.CountLines("closed"), 1);
}

TEST(PythonWorkerFactoryTest, EnvironmentsMayOutliveIt) {
  auto factory =
      PythonWorkerFactory::Create(PythonEnvDriver::Options("plain:Env"));
  RLMESH_ASSERT_OK(factory);
  auto env = (*factory)->Create();
  RLMESH_ASSERT_OK(env);
  factory->reset();
  Observation observation;
  EXPECT_THAT((*env)->Reset({}, &observation), IsOk());
  EXPECT_THAT((*env)->Close(), IsOk());
  EXPECT_THAT((*env)->Close(), IsOk());
  EXPECT_THAT(
      (*env)->Reset({}, &observation),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("closed")));
}

TEST(PythonWorkerFactoryTest, OptionsAreChecked) {
  PythonEnvironmentOptions options;
  EXPECT_THAT(
      PythonWorkerFactory::Create(options),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("exactly one")));
  options = PythonEnvDriver::Options("plain:Env");
  options.step_timeout = absl::ZeroDuration();
  EXPECT_THAT(
      PythonWorkerFactory::Create(options),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("step_timeout")));
}

struct WrongSetup {
  std::string entrypoint;
  std::string kwargs;
  absl::StatusCode code;
  std::vector<std::string> parts;
};

class WrongSetupTest : public ::testing::TestWithParam<WrongSetup> {};

TEST_P(WrongSetupTest, IsNamedWithTheWayOut) {
  PythonEnvironmentOptions options =
      PythonEnvDriver::Options(GetParam().entrypoint);
  options.kwargs = GetParam().kwargs;
  const absl::Status status = PythonWorkerFactory::Create(options).status();
  EXPECT_THAT(status, StatusIs(GetParam().code));
  for (const std::string& part : GetParam().parts) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(part));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, WrongSetupTest,
    ::testing::Values(
        WrongSetup{"plain",
                   "",
                   absl::StatusCode::kInvalidArgument,
                   {"--entrypoint=plain", "module:attribute"}},
        WrongSetup{"no_such_module:Env",
                   "",
                   absl::StatusCode::kNotFound,
                   {"no module 'no_such_module'", "/usr/bin/python3"}},
        WrongSetup{"plain:Evn",
                   "",
                   absl::StatusCode::kNotFound,
                   {"has no 'Evn'", "did you mean Env"}},
        WrongSetup{"plain:not_an_environment",
                   "",
                   absl::StatusCode::kInvalidArgument,
                   {"builtins.int", "class or a factory"}},
        WrongSetup{"plain:Box",
                   R"({"low":0,"high":1,"shape":1,"dtype":1})",
                   absl::StatusCode::kInvalidArgument,
                   {"plain.Box", "must have a 'reset' method"}},
        WrongSetup{"plain:Env",
                   "{",
                   absl::StatusCode::kInvalidArgument,
                   {"--kwargs is not JSON"}},
        WrongSetup{"plain:Env",
                   "[1]",
                   absl::StatusCode::kInvalidArgument,
                   {"--kwargs must be a JSON object"}},
        WrongSetup{"plain:Env",
                   R"({"stop":1})",
                   absl::StatusCode::kInternal,
                   {"making the environment failed: TypeError", "stop"}},
        WrongSetup{"plain:instance",
                   R"({"start":1})",
                   absl::StatusCode::kInvalidArgument,
                   {"takes no --kwargs"}},
        WrongSetup{"raises:InInit",
                   "",
                   absl::StatusCode::kInternal,
                   {"making the environment failed: OSError: no licence"}},
        WrongSetup{"broken_import:Env",
                   "",
                   absl::StatusCode::kInternal,
                   {"ModuleNotFoundError", "no_such_package_anywhere"}},
        WrongSetup{"wrong:Space",
                   "",
                   absl::StatusCode::kInvalidArgument,
                   {"cannot be served", "$"}},
        WrongSetup{"wrong:SpaceKind",
                   "",
                   absl::StatusCode::kInternal,
                   {"Unsupported space type: Graph"}}));

TEST(PythonWorkerFactoryTest, GymnasiumThatIsMissingIsAnInstallCommand) {
  PythonEnvironmentOptions options = PythonEnvDriver::Options("");
  options.gym = "CartPole-v1";
  EXPECT_THAT(PythonWorkerFactory::Create(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("/usr/bin/python3 -m pip install gymnasium")));
}

}  // namespace
}  // namespace rlmesh
