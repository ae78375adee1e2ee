// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Policies that misbehave: each fault ends in a clear status, and the next
// predict works.

#include <signal.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/model/python_worker_model.h"
#include "rlmesh/model/testing/policy_driver.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::StartsWith;

constexpr auto kInternal = absl::StatusCode::kInternal;

struct Fault {
  std::string entrypoint;
  absl::StatusCode code;
  std::string message;  // its beginning
};

class PredictFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(PredictFaultTest, IsAClearStatusAndTheNextPredictWorks) {
  PolicyDriver policy(absl::StrCat("bad_policies:", GetParam().entrypoint));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  const absl::Status status = policy.Act(1).status();
  EXPECT_THAT(status,
              StatusIs(GetParam().code, StartsWith(GetParam().message)));
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
}

INSTANTIATE_TEST_SUITE_P(
    Raises, PredictFaultTest,
    ::testing::Values(
        Fault{"Raises", kInternal, "RuntimeError: boom"},
        Fault{"RaisesCustom", kInternal, "bad_policies.Custom: of ours"},
        Fault{"Exits", kInternal, "SystemExit: 3"},
        Fault{"WrongKind", kInternal, "ValueError: $: 'left' is not an"},
        Fault{"Nothing", kInternal, "ValueError: $: None is not an integer"},
        Fault{"WrongShape", kInternal, "ValueError: $: [0.0, 0.0, 0.0] is not"},
        Fault{"NotANumber", kInternal, "ValueError: $: nan is not an"}));

INSTANTIATE_TEST_SUITE_P(
    Ends, PredictFaultTest,
    ::testing::Values(Fault{"Dies", absl::StatusCode::kUnavailable,
                            "predict failed: the worker process was killed by "
                            "signal 9"},
                      Fault{"ExitsAtOnce", absl::StatusCode::kUnavailable,
                            "predict failed: the worker process exited with "
                            "code 4"}));

TEST(PolicyFaultsTest, TracebackComesWithTheError) {
  PolicyDriver policy("bad_policies:Raises");
  const absl::Status status = policy.Act(1).status();
  const ErrorDetails details = GetErrorDetails(status);
  EXPECT_EQ(details.exception_type, "RuntimeError");
  EXPECT_THAT(details.traceback,
              AllOf(HasSubstr("bad_policies.py"), HasSubstr("in fault")));
}

TEST(PolicyFaultsTest, LostStateIsSaid) {
  PolicyDriver policy("bad_policies:Dies");
  const pid_t pid = policy.model()->pid();
  EXPECT_THAT(policy.Act(1),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("its last output: last words"),
                             HasSubstr("loaded again for the next request, "
                                       "without what it kept"))));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  EXPECT_NE(policy.model()->pid(), pid);
}

TEST(PolicyFaultsTest, WorkerKilledBetweenCallsIsReplaced) {
  PolicyDriver policy("policies:second");
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(1));
  const pid_t pid = policy.model()->pid();
  ASSERT_EQ(kill(pid, SIGKILL), 0);
  absl::StatusOr<int64_t> action = policy.Act(0);
  if (!action.ok()) action = policy.Act(0);  // it died in mid-call
  EXPECT_THAT(action, IsOkAndHolds(0));      // its state is gone
  EXPECT_NE(policy.model()->pid(), pid);
}

TEST(PolicyFaultsTest, SleepIsInterruptedAtTheDeadline) {
  PolicyDriver policy("bad_policies:Sleeps", [](PythonModelOptions* options) {
    options->predict_timeout = absl::Milliseconds(200);
    options->process.interrupt_grace = absl::Seconds(60);
  });
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  const pid_t pid = policy.model()->pid();
  EXPECT_THAT(policy.Act(1), StatusIs(absl::StatusCode::kDeadlineExceeded,
                                      "predict timed out after 200ms"));
  // The process lives, and what it keeps of its episodes.
  absl::StatusOr<int64_t> next = policy.Act(0);
  for (int i = 0; i < 50 && !next.ok(); ++i) next = policy.Act(0);
  EXPECT_THAT(next, IsOkAndHolds(0));
  EXPECT_EQ(policy.model()->pid(), pid);
}

TEST(PolicyFaultsTest, WhoDoesNotHeedTheInterruptIsKilledAndReplaced) {
  PolicyDriver policy("bad_policies:SleepsThroughInterrupts",
                      [](PythonModelOptions* options) {
                        options->predict_timeout = absl::Milliseconds(200);
                        options->process.interrupt_grace = absl::Seconds(2);
                      });
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  const pid_t pid = policy.model()->pid();
  const absl::Time start = absl::Now();
  EXPECT_THAT(policy.Act(1), StatusIs(absl::StatusCode::kDeadlineExceeded,
                                      HasSubstr("200ms")));
  EXPECT_THAT(absl::Now() - start, Lt(absl::Seconds(2)));
  // A load takes longer than 200ms, and may.
  absl::StatusOr<int64_t> next = policy.Act(0);
  for (int i = 0; i < 50 && !next.ok(); ++i) next = policy.Act(0);
  EXPECT_THAT(next, IsOkAndHolds(0));
  EXPECT_NE(policy.model()->pid(), pid);
}

// Options of a policy that prints "asleep" before it sleeps; `asleep` is
// notified then.
std::function<void(PythonModelOptions*)> Sleeper(
    absl::Notification* asleep,
    absl::Duration interrupt_grace = absl::Seconds(60)) {
  return [asleep, interrupt_grace](PythonModelOptions* options) {
    options->process.interrupt_grace = interrupt_grace;
    options->process.on_line = [asleep](absl::string_view line) {
      if (absl::StrContains(line, "asleep")) asleep->Notify();
    };
  };
}

TEST(PolicyFaultsTest, CancelledCallIsInterruptedAndOthersAreServed) {
  absl::Notification asleep;
  PolicyDriver policy("bad_policies:Sleeps", Sleeper(&asleep));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  const pid_t pid = policy.model()->pid();
  Cancellation cancellation;
  std::thread stuck([&] {
    const absl::Status status = policy.ActUnless(&cancellation, 1).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
    EXPECT_TRUE(GetErrorDetails(status).recoverable);
  });
  asleep.WaitForNotification();
  std::thread waiting([&] { EXPECT_THAT(policy.Act(0), IsOkAndHolds(0)); });
  cancellation.Cancel();
  stuck.join();
  waiting.join();
  EXPECT_EQ(policy.model()->pid(), pid);
  EXPECT_THAT(policy.ActUnless(&cancellation, 0),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
}

TEST(PolicyFaultsTest, CancelledCallThatDoesNotHeedTheInterruptIsKilled) {
  absl::Notification asleep;
  PolicyDriver policy("bad_policies:SleepsThroughInterrupts",
                      Sleeper(&asleep, absl::Milliseconds(200)));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  const pid_t pid = policy.model()->pid();
  Cancellation cancellation;
  std::thread stuck([&] {
    EXPECT_THAT(policy.ActUnless(&cancellation, 1),
                StatusIs(absl::StatusCode::kCancelled));
  });
  asleep.WaitForNotification();
  cancellation.Cancel();
  stuck.join();
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));  // in a new process
  EXPECT_NE(policy.model()->pid(), pid);
}

TEST(PolicyFaultsTest, CancelledCallsLeaveTheQueueAndTheRunningOneGoesOn) {
  absl::Notification asleep;
  PolicyDriver policy("bad_policies:Sleeps", Sleeper(&asleep));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  Cancellation running, waiting;
  absl::Notification over;
  std::thread stuck([&] {
    EXPECT_THAT(policy.ActUnless(&running, 1),
                StatusIs(absl::StatusCode::kCancelled));
    over.Notify();
  });
  asleep.WaitForNotification();
  std::thread queued([&] {
    EXPECT_THAT(policy.ActUnless(&waiting, 0),
                StatusIs(absl::StatusCode::kCancelled));
  });
  waiting.Cancel();
  queued.join();
  EXPECT_FALSE(over.HasBeenNotified());
  running.Cancel();
  stuck.join();
}

TEST(PolicyFaultsTest, CancelledResetIsInterrupted) {
  absl::Notification asleep;
  PolicyDriver policy("bad_policies:SleepsAtEnd", Sleeper(&asleep));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  Cancellation cancellation;
  std::thread stuck([&] {
    const std::vector<std::string> ended = {"e"};
    EXPECT_THAT(policy.model()->CancellableReset("r", ended, &cancellation),
                StatusIs(absl::StatusCode::kCancelled));
  });
  asleep.WaitForNotification();
  cancellation.Cancel();
  stuck.join();
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
}

TEST(PolicyFaultsTest, CancelEndsTheCallAndTheModel) {
  absl::Notification asleep;
  PolicyDriver policy("bad_policies:Sleeps", Sleeper(&asleep));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  std::thread thread([&] {
    asleep.WaitForNotification();
    policy.model()->Cancel();
  });
  EXPECT_THAT(policy.Act(1), StatusIs(absl::StatusCode::kCancelled));
  thread.join();
  EXPECT_THAT(policy.Act(0), StatusIs(absl::StatusCode::kCancelled));
  RLMESH_EXPECT_OK(policy.model()->CloseRoute("r"));
}

TEST(PolicyFaultsTest, AHundredMegabytesOfOutputAreNoHindrance) {
  PolicyDriver policy("bad_policies:Prints");
  EXPECT_THAT(policy.Act(1), IsOkAndHolds(1));
}

TEST(PolicyFaultsTest, ShapesAndDtypesAreToldByPath) {
  PolicyDriver policy("bad_policies:WrongShape", nullptr, /*plain=*/false);
  EnvContract contract = PolicyContract();
  contract.action_space = FloatBox(2);
  policy.Open(contract);
  const float one = 1;
  EXPECT_THAT(
      policy.Echo({std::string(reinterpret_cast<const char*>(&one), 4)}),
      StatusIs(kInternal, "ValueError: $: shape (3,), expected (2,)"));
}

TEST(PolicyFaultsTest, BatchesMustHaveAllRows) {
  PolicyDriver policy("bad_policies:TooFewRows");
  EXPECT_THAT(policy.ActRows({1, 2}),
              StatusIs(kInternal, "ValueError: $: got 1 actions, expected 2"));
  PolicyDriver empty("bad_policies:Empty");
  EXPECT_THAT(empty.ActChunk(2),
              StatusIs(kInternal, HasSubstr("chunk is empty")));
}

TEST(PolicyFaultsTest, HookThatRaisesIsToldAndTheEpisodeIsGone) {
  PolicyDriver policy("bad_policies:FailsAtEnd");
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
  const std::vector<std::string> ended = {"e"};
  EXPECT_THAT(
      policy.model()->Reset("r", ended),
      StatusIs(kInternal, "ending episodes failed: RuntimeError: cannot end"));
  EXPECT_THAT(policy.Act(0), IsOkAndHolds(0));
}

class LoadFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(LoadFaultTest, IsSaidWithTheWayOut) {
  EXPECT_THAT(PythonWorkerModel::Create(
                  PolicyOptions(GetParam().entrypoint, /*plain=*/true)),
              StatusIs(GetParam().code, HasSubstr(GetParam().message)));
}

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNotFound = absl::StatusCode::kNotFound;

INSTANTIATE_TEST_SUITE_P(
    Load, LoadFaultTest,
    ::testing::Values(
        Fault{"bad_policies:FailsToLoad", kInternal,
              "loading the policy failed: OSError: no weights"},
        Fault{"bad_policies:NoPolicy", kInvalid, "is no policy"},
        Fault{"bad_policies:WantsMore", kInvalid, "wants 'temperature'"},
        Fault{"bad_policies:not_told", kInvalid, "takes no observation"},
        Fault{"bad_policies:NativeWithoutChunks", kInvalid,
              "native_chunk=2 is declared"},
        Fault{"bad_policies:NativeZero", kInvalid, "native_chunk is 0"},
        Fault{"bad_policies:Raise", kNotFound, "did you mean Raises"},
        Fault{"no_such_module:Policy", kNotFound, "no module 'no_such_module'"},
        Fault{"bad_policies", kInvalid, "write module:attribute"}));

TEST(PolicyFaultsTest, LoadThatHangsIsGivenUp) {
  PythonModelOptions options = PolicyOptions("bad_policies:LoadsForEver", true);
  options.load_timeout = absl::Seconds(1);
  EXPECT_THAT(PythonWorkerModel::Create(options),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr("loading the policy timed out after 1s")));
}

TEST(PolicyFaultsTest, KwargsForAFunctionAreRefused) {
  PythonModelOptions options = PolicyOptions("policies:function", true);
  options.kwargs = "{\"a\": 1}";
  EXPECT_THAT(PythonWorkerModel::Create(options),
              StatusIs(kInvalid, HasSubstr("takes no --kwargs")));
}

}  // namespace
}  // namespace rlmesh
