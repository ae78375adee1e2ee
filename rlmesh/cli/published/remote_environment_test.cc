// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// RemoteEnvironment against a server of the published package.

#include "rlmesh/env/remote_environment.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/spaces/sampler.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PublishedEnvServerTest : public ::testing::Test {
 protected:
  void Serve(const std::string& environments,
             const std::string& address = "127.0.0.1:0",
             const RemoteOptions& remote = {}) {
    ChildProcessOptions options;
    options.argv = {std::getenv("PUBLISHED_ENV_SERVER"), address, environments};
    options.standard_output = ChildProcessOptions::Output::kCapture;
    options.on_line = [this](absl::string_view line) {
      if (!absl::ConsumePrefix(&line, "READY ")) return;
      address_ = std::string(line);
      ready_.Notify();
    };
    absl::StatusOr<std::unique_ptr<ChildProcess>> server =
        ChildProcess::Start(options);
    RLMESH_ASSERT_OK(server);
    server_ = *std::move(server);
    ASSERT_TRUE(ready_.WaitForNotificationWithTimeout(absl::Seconds(60)));
    auto factory = RemoteEnvironmentFactory::Connect(
        Address::ForConnect(address_).value(), remote);
    RLMESH_ASSERT_OK(factory);
    factory_ = *std::move(factory);
    env_ = Make();
  }

  std::unique_ptr<RemoteEnvironment> Make() {
    return std::unique_ptr<RemoteEnvironment>(
        static_cast<RemoteEnvironment*>(factory_->Create()->release()));
  }

  // With actions of zeros.
  absl::Status Step(absl::Span<const uint32_t> lanes = {}) {
    const int rows = lanes.empty() ? env_->contract().num_envs : lanes.size();
    action_.Reset(env_->contract().action_space, rows);
    return Act(lanes);
  }

  absl::Status Act(absl::Span<const uint32_t> lanes = {}) {
    StepRequest step;
    step.lanes = lanes;
    step.actions = action_.view();
    return env_->Step(step, &transition_);
  }

  std::string address_;
  absl::Notification ready_;
  std::unique_ptr<RemoteEnvironmentFactory> factory_;
  std::unique_ptr<RemoteEnvironment> env_;
  ValueBuffer action_;
  Observation observation_;
  Transition transition_;
  std::unique_ptr<ChildProcess> server_;  // ends first
};

TEST_F(PublishedEnvServerTest, EverySpaceRoundTripsOverAUnixSocket) {
  const TempDir dir = *TempDir::Create("published");
  Serve("Echo", absl::StrCat("unix://", dir.path(), "/s"));
  const SpaceSpec& space = env_->contract().action_space;
  EXPECT_EQ(space, env_->contract().observation_space);
  EXPECT_GE(space.leaves().size(), 7);
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  EXPECT_TRUE(observation_.has_infos);
  Random random(5);
  ValueBuffer action(space, 1);
  for (int i = 0; i < 50; ++i) {
    SampleLane(space, 0, 1, &random, &action);
    StepRequest step;
    step.actions = action.view();
    RLMESH_ASSERT_OK(env_->Step(step, &transition_));
    EXPECT_EQ(transition_.observation.value.leaves(), action.view().leaves());
    EXPECT_THAT(transition_.rewards, ElementsAre(0.5));
  }
  RLMESH_ASSERT_OK(env_->Close());
  ASSERT_EQ(env_->completed_episodes().size(), 1);
  EXPECT_EQ(env_->completed_episodes()[0].step_count(), 50);
}

TEST_F(PublishedEnvServerTest,
       AfterAnExceptionTheNextResetOpensAnotherSession) {
  Serve("Raises");
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  RLMESH_ASSERT_OK(Step());
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kInternal,
                               HasSubstr("RuntimeError: boom")));
  // That server ends the stream after it.
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("reset")));
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  RLMESH_EXPECT_OK(Step());
}

TEST_F(PublishedEnvServerTest, LanesStepAlone) {
  Serve("Raises,Raises,Raises");
  ASSERT_EQ(env_->contract().num_envs, 3);
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  EXPECT_EQ(observation_.value.leaf(0).size(), 24);
  const uint32_t lanes[] = {2, 0};
  RLMESH_ASSERT_OK(Step(lanes));
  EXPECT_THAT(transition_.rewards, ElementsAre(1, 1));
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(transition_.rewards, ElementsAre(1, 1, 1));
  EXPECT_EQ(transition_.observation.value.leaf(0)[0], 2);
  EXPECT_EQ(transition_.observation.value.leaf(0)[8], 1);
}

TEST_F(PublishedEnvServerTest, Limits27Row16LargeUnsignedIntegersAreExact) {
  Serve("served_lanes.Echo:wide");
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  const uint64_t numbers[] = {(uint64_t{1} << 63) + 1,
                              std::numeric_limits<uint64_t>::max()};
  action_.Reset(env_->contract().action_space, 1);
  for (int i = 0; i < 2; ++i) action_.Set<uint64_t>(0, i, numbers[i]);
  RLMESH_ASSERT_OK(Act());
  EXPECT_EQ(transition_.observation.value.leaf(0),
            absl::string_view(reinterpret_cast<const char*>(numbers),
                              sizeof(numbers)));
}

// That server lets no call be interrupted, and nobody in until it is over.
TEST_F(PublishedEnvServerTest, Limits27Row07AServerThatIsStillBusyIsTold) {
  const TempDir dir = *TempDir::Create("published");
  const std::string fifo = absl::StrCat(dir.path(), "/fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  RemoteOptions options;
  options.step_timeout = absl::Milliseconds(200);
  options.reopen_timeout = absl::Milliseconds(500);
  Serve(absl::StrCat("Waits:", fifo), "127.0.0.1:0", options);
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  action_.Reset(env_->contract().action_space, 1);
  action_.Set<int64_t>(0, 0, 1);
  EXPECT_THAT(Act(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(
      env_->Reset({}, &observation_),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr(address_), HasSubstr("it is still busy, "))));
  {
    // The step ends, and with it the session that was lost.
    const UniqueFd writer(open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_GE(writer.get(), 0);
  }
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (!env_->Reset({}, &observation_).ok()) {
    ASSERT_LT(absl::Now(), deadline);
  }
  RLMESH_EXPECT_OK(Step());
}

TEST_F(PublishedEnvServerTest, Limits27Row07WaitingForABusyServerCanBeCut) {
  const TempDir dir = *TempDir::Create("published");
  const std::string fifo = absl::StrCat(dir.path(), "/fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  RemoteOptions options;
  options.step_timeout = absl::Milliseconds(200);
  options.reopen_timeout = absl::Hours(1);
  Serve(absl::StrCat("Waits:", fifo), "127.0.0.1:0", options);
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  action_.Reset(env_->contract().action_space, 1);
  action_.Set<int64_t>(0, 0, 1);
  EXPECT_THAT(Act(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  absl::Notification over;
  std::thread cancels([this, &over] {
    while (!over.WaitForNotificationWithTimeout(absl::Milliseconds(20))) {
      env_->Cancel();
    }
  });
  const absl::Time start = absl::Now();
  EXPECT_THAT(env_->Reset({}, &observation_),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_LT(absl::Now() - start, absl::Seconds(60));
  over.Notify();
  cancels.join();
}

TEST_F(PublishedEnvServerTest, ASecondSessionIsRefusedInItsWords) {
  Serve("Draws");
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  const std::unique_ptr<RemoteEnvironment> second = Make();
  EXPECT_THAT(second->Reset({}, &observation_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("already has an active Join session"),
                             HasSubstr(address_))));
}

TEST_F(PublishedEnvServerTest, RendersAndRefusesToShutDown) {
  Serve("Draws");
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  Frame frame;
  RLMESH_ASSERT_OK(env_->Render({0}, &frame));
  EXPECT_TRUE(absl::StartsWith(frame.png, "\x89PNG"));
  EXPECT_THAT(factory_->connection().Shutdown("test"), IsOkAndHolds(false));
}

TEST_F(PublishedEnvServerTest, AServerThatDiesIsNoticed) {
  Serve("Draws");
  RLMESH_ASSERT_OK(env_->Reset({}, &observation_));
  server_.reset();
  const absl::Status status = Step();
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(address_)));
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
}

}  // namespace
}  // namespace rlmesh
