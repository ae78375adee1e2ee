// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// User code that misbehaves: each fault ends in a clear status, and the next
// reset works.

#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "glog/logging.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/env/python/python_worker_environment.h"
#include "rlmesh/env/testing/python_env_driver.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::Not;
using ::testing::StartsWith;

// What every recoverable fault of a step has in common.
void ExpectRecovery(PythonEnvDriver* env, const absl::Status& status) {
  EXPECT_TRUE(GetErrorDetails(status).recoverable) << status;
  EXPECT_THAT(env->Step(0), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("reset it")));
  EXPECT_THAT(env->Reset(), IsOk());
  EXPECT_THAT(env->Step(0), IsOk());
}

struct Fault {
  std::string entrypoint;
  int action;
  absl::StatusCode code;
  std::string message;  // a part of it
};

class StepFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(StepFaultTest, IsAClearStatusAndTheNextResetWorks) {
  PythonEnvDriver env(GetParam().entrypoint);
  RLMESH_ASSERT_OK(env.Reset());
  const absl::Status status = env.Step(GetParam().action);
  EXPECT_THAT(status,
              StatusIs(GetParam().code, AllOf(StartsWith("step failed: "),
                                              HasSubstr(GetParam().message))));
  EXPECT_TRUE(GetErrorDetails(status).recoverable) << status;
  EXPECT_THAT(env.Step(0), StatusIs(absl::StatusCode::kFailedPrecondition));
  RLMESH_EXPECT_OK(env.Reset());
}

constexpr auto kInternal = absl::StatusCode::kInternal;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

INSTANTIATE_TEST_SUITE_P(
    Raises, StepFaultTest,
    ::testing::Values(
        Fault{"raises:InStep", 1, kInternal, "RuntimeError: boom"},
        Fault{"raises:InStep", 2, kInternal, "raises.CustomError"},
        Fault{"raises:InStep", 3, kInternal, "SystemExit: 3"},
        Fault{"raises:InStep", 4, kInternal, "KeyboardInterrupt"},
        Fault{"raises:InStep", 5, kInternal, "RecursionError"}));

INSTANTIATE_TEST_SUITE_P(
    GivesTheWrongThing, StepFaultTest,
    ::testing::Values(
        Fault{"wrong:Shape", 1, kInternal, "ValueError: $: 3 items"},
        Fault{"wrong:NotANumber", 1, kInternal,
              "ValueError: $: Box value at element 1 is NaN"},
        Fault{"wrong:Nothing", 1, kInternal, "ValueError: $"},
        Fault{"wrong:DType", 1, kInternal,
              "ValueError: $: 0.5 is not integral"},
        Fault{"wrong:Domain", 1, kInternal,
              "ValueError: $: value 3 not in range [0, 3)"},
        Fault{"wrong:OldInterface", 1, kInternal, "old Gym interface"},
        Fault{"wrong:Reward", 1, kInternal, "reward 'much' is not a number"},
        Fault{"wrong:Info", 1, kInternal, "info must be a dict, got list"},
        Fault{"wrong:EndlessInfo", 1, kInternal, "above the limit"}));

INSTANTIATE_TEST_SUITE_P(
    Ends, StepFaultTest,
    ::testing::Values(
        Fault{"ends:WithExit", 1, kUnavailable,
              "exited with code 3; its last output: last words"},
        Fault{"ends:WithKill", 1, kUnavailable, "killed by signal 9 (Killed)"},
        Fault{"ends:ClosesChannel", 1, kUnavailable, "exited with code 1"},
        Fault{"ends:ClosesChannelAndStays", 1, kUnavailable,
              "closed its channel and was killed"},
        Fault{"ends:LeavesChild", 1, kUnavailable, "exited with code 3"}));

INSTANTIATE_TEST_SUITE_P(
    IsHostile, StepFaultTest,
    ::testing::Values(
        Fault{"hostile:InStep", 0, kInternal, "broke the protocol"},
        Fault{"hostile:InStep", 1, kInternal, "above the limit"},
        Fault{"hostile:InStep", 2, kInternal, "request 999"},
        Fault{"hostile:InStep", 3, kInternal, "broke the protocol"},
        Fault{"hostile:InStep", 4, kInternal, "broke the protocol"},
        Fault{"hostile:InStep", 5, kInternal, "broke the protocol"},
        Fault{"hostile:InStep", 6, kInternal, "after the end"}));

TEST(PythonWorkerFaultsTest, ExceptionCarriesItsTracebackWithoutOurFrames) {
  PythonEnvDriver env("raises:InStep");
  RLMESH_ASSERT_OK(env.Reset());
  const absl::Status status = env.Step(1);
  const ErrorDetails details = GetErrorDetails(status);
  EXPECT_EQ(details.exception_type, "RuntimeError");
  EXPECT_THAT(details.traceback,
              AllOf(HasSubstr("raises.py\", line "), HasSubstr("in step"),
                    HasSubstr("raise RuntimeError(\"boom\")"),
                    Not(HasSubstr("rlmesh worker"))));
  // The process is the same: nothing was lost but the episode.
  const pid_t pid = env.env()->pid();
  ExpectRecovery(&env, status);
  EXPECT_EQ(env.env()->pid(), pid);
}

TEST(PythonWorkerFaultsTest, CrashInNativeCodeShowsWherePythonWas) {
  PythonEnvDriver env("ends:WithCrash");
  RLMESH_ASSERT_OK(env.Reset());
  const absl::Status status = env.Step(1);
  EXPECT_THAT(status, StatusIs(kUnavailable,
                               HasSubstr("killed by signal 11 (Segmentation")));
  EXPECT_THAT(GetErrorDetails(status).traceback,
              AllOf(HasSubstr("Fatal Python error: Segmentation fault"),
                    HasSubstr("ends.py\", line "), HasSubstr("in step")));
  RLMESH_EXPECT_OK(env.Reset());
}

TEST(PythonWorkerFaultsTest, ResetThatRaises) {
  PythonEnvDriver env("raises:InReset");
  const absl::Status status = env.ResetWithSeed(13);
  EXPECT_THAT(status,
              StatusIs(kInternal, "reset failed: ValueError: 13 is no seed"));
  ExpectRecovery(&env, status);
}

TEST(PythonWorkerFaultsTest, ResetOfTheOldInterface) {
  PythonEnvDriver env("wrong:OldReset");
  EXPECT_THAT(env.Reset(),
              StatusIs(kInternal, HasSubstr("must return (observation, info), "
                                            "got list")));
}

TEST(PythonWorkerFaultsTest, ResetInWhichTheProcessEnds) {
  PythonEnvDriver env("ends:InReset");
  EXPECT_THAT(env.ResetWithSeed(13),
              StatusIs(kUnavailable, HasSubstr("reset failed: the worker "
                                               "process exited with code 3")));
  RLMESH_EXPECT_OK(env.ResetWithSeed(1));
}

TEST(PythonWorkerFaultsTest, RenderThatRaisesLeavesTheEpisode) {
  PythonEnvDriver env("raises:InRender");
  RLMESH_ASSERT_OK(env.Reset());
  Frame frame;
  const absl::Status status = env.env()->Render({0}, &frame);
  EXPECT_THAT(status,
              StatusIs(kInternal, HasSubstr("render failed: RuntimeError")));
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
  RLMESH_EXPECT_OK(env.Step(0));
}

TEST(PythonWorkerFaultsTest, CloseThatRaisesOrHangsDoesNotHoldAnyoneUp) {
  {
    PythonEnvDriver env("raises:InClose");
    RLMESH_EXPECT_OK(env.Reset());
    env.NewSession();  // in another process then
    RLMESH_EXPECT_OK(env.Reset());
  }
  PythonEnvironmentOptions options = PythonEnvDriver::Options("hangs:InClose");
  options.close_timeout = absl::Milliseconds(50);
  PythonEnvDriver env(options);
  RLMESH_EXPECT_OK(env.Reset());
  const absl::Time start = absl::Now();
  env.End();
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

TEST(PythonWorkerFaultsTest, MegabytesOnBothStreamsAreKeptOutOfTheWay) {
  PythonEnvDriver env("prints:Both");
  RLMESH_ASSERT_OK(env.Reset());
  for (int i = 0; i < 10; ++i) {
    RLMESH_ASSERT_OK(env.Step(i));
    EXPECT_THAT(env.Floats(), ElementsAre(i + 1, i));
  }
  EXPECT_TRUE(env.WaitForLines("xxx", 10));  // forwarded
}

TEST(PythonWorkerFaultsTest, KilledFromOutsideWhileIdle) {
  PythonEnvDriver env("plain:Env");
  RLMESH_ASSERT_OK(env.Reset());
  env.KillWorker();
  const absl::Status status = env.Step(0);
  EXPECT_THAT(status,
              StatusIs(kUnavailable, HasSubstr("killed by signal 9 (Killed)")));
  ExpectRecovery(&env, status);
  // A reset does not even notice.
  env.KillWorker();
  RLMESH_EXPECT_OK(env.Reset());
}

TEST(PythonWorkerFaultsTest, LateStepIsAnsweredAtTheDeadlineAndInterrupted) {
  PythonEnvDriver env("hangs:Interruptible");
  RLMESH_ASSERT_OK(env.Reset());
  const pid_t pid = env.env()->pid();
  const absl::Time start = absl::Now();
  const absl::Status status = env.Step(1, absl::Milliseconds(100));
  EXPECT_THAT(absl::Now() - start,
              AllOf(Ge(absl::Milliseconds(100)), Lt(absl::Seconds(2))));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded,
                               "env.step timed out after 100ms"));
  ExpectRecovery(&env, status);
  EXPECT_EQ(env.env()->pid(), pid);  // the interrupt was enough
}

TEST(PythonWorkerFaultsTest, StepThatIgnoresTheInterruptIsKilled) {
  PythonEnvironmentOptions options = PythonEnvDriver::Options("hangs:Stubborn");
  options.process.interrupt_grace = absl::Milliseconds(100);
  options.step_timeout = absl::Milliseconds(100);
  PythonEnvDriver env(options);
  RLMESH_ASSERT_OK(env.Reset());
  const pid_t pid = env.env()->pid();
  const absl::Status status = env.Step(1);  // the server's own limit
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded,
                               "env.step timed out after 100ms"));
  ExpectRecovery(&env, status);
  EXPECT_NE(env.env()->pid(), pid);
}

TEST(PythonWorkerFaultsTest, LateResetIsInterrupted) {
  PythonEnvDriver env("hangs:InReset");
  EXPECT_THAT(env.ResetWithSeed(13, absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       "env.reset timed out after 50ms"));
  RLMESH_EXPECT_OK(env.ResetWithSeed(1));
}

TEST(PythonWorkerFaultsTest, CancelFromAnotherThreadEndsACall) {
  PythonEnvDriver env("hangs:Interruptible");
  RLMESH_ASSERT_OK(env.Reset());
  std::thread canceller([&env] { env.env()->Cancel(); });
  const absl::Status status = env.Step(1);
  canceller.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled,
                               HasSubstr("step was cancelled")));
  ExpectRecovery(&env, status);
}

TEST(PythonWorkerFaultsTest, SetupHasADeadline) {
  for (const char* entrypoint : {"slow_import:Env", "hangs:InInit"}) {
    PythonEnvironmentOptions options = PythonEnvDriver::Options(entrypoint);
    options.setup_timeout = absl::Milliseconds(300);
    EXPECT_THAT(
        PythonWorkerFactory::Create(options),
        StatusIs(absl::StatusCode::kDeadlineExceeded,
                 HasSubstr("making the environment timed out after 300ms")));
  }
}

// A factory whose next environment would take for ever.
std::unique_ptr<PythonWorkerFactory> FactoryThatHangs(
    PythonEnvironmentOptions options) {
  auto factory = PythonWorkerFactory::Create(std::move(options));
  CHECK(factory.ok()) << factory.status();
  CHECK((*factory)->Create().ok());  // made and given back
  return *std::move(factory);
}

TEST(PythonWorkerFaultsTest, MakingAnEnvironmentHeedsTheDeadline) {
  auto factory =
      FactoryThatHangs(PythonEnvDriver::Options("hangs:InSecondInit"));
  EXPECT_THAT(factory->Create({absl::Now() + absl::Milliseconds(200), nullptr}),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  RLMESH_EXPECT_OK(factory->Create());  // in another process
}

TEST(PythonWorkerFaultsTest, MakingAnEnvironmentCanBeCancelled) {
  auto factory =
      FactoryThatHangs(PythonEnvDriver::Options("hangs:InSecondInit"));
  Cancellation cancellation;
  std::thread canceller([&cancellation] { cancellation.Cancel(); });
  EXPECT_THAT(factory->Create({absl::InfiniteFuture(), &cancellation}),
              StatusIs(absl::StatusCode::kCancelled));
  canceller.join();
  RLMESH_EXPECT_OK(factory->Create());
}

TEST(PythonWorkerFaultsTest, ClosingTheOldEnvironmentHasItsOwnTimeout) {
  PythonEnvironmentOptions options = PythonEnvDriver::Options("hangs:InClose");
  options.close_timeout = absl::Milliseconds(100);
  auto factory = FactoryThatHangs(options);
  RLMESH_EXPECT_OK(factory->Create());  // and not after setup_timeout
}

TEST(PythonWorkerFaultsTest, RestartingTakesItsTimeFromTheReset) {
  auto folder = TempDir::Create("worker-test");
  RLMESH_ASSERT_OK(folder);
  PythonEnvironmentOptions options =
      PythonEnvDriver::Options("hangs:in_the_second_process");
  const std::string mark = absl::StrCat(folder->path(), "/mark");
  options.process.env->push_back(absl::StrCat("RLMESH_TEST_MARK=", mark));
  PythonEnvDriver env(options);
  RLMESH_ASSERT_OK(env.Reset());
  EXPECT_TRUE(GetErrorDetails(env.Step(0)).recoverable);
  const absl::Status status = env.ResetWithSeed(1, absl::Milliseconds(300));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
  ASSERT_EQ(std::remove(mark.c_str()), 0);
  RLMESH_EXPECT_OK(env.Reset());
}

TEST(PythonWorkerFaultsTest, WorkerThatCannotBeRestartedIsFatal) {
  auto folder = TempDir::Create("worker-test");
  RLMESH_ASSERT_OK(folder);
  PythonEnvironmentOptions options =
      PythonEnvDriver::Options("hangs:after_the_first");
  options.process.env->push_back(
      absl::StrCat("RLMESH_TEST_MARK=", folder->path(), "/mark"));
  PythonEnvDriver env(options);
  RLMESH_ASSERT_OK(env.Reset());
  EXPECT_TRUE(GetErrorDetails(env.Step(0)).recoverable);
  const absl::Status status = env.Reset();
  EXPECT_THAT(status, StatusIs(kUnavailable,
                               AllOf(HasSubstr("cannot be restarted"),
                                     HasSubstr("RuntimeError: only once"))));
  EXPECT_FALSE(GetErrorDetails(status).recoverable);
}

}  // namespace
}  // namespace rlmesh
