// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/running_server.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/env/builtin/native.h"
#include "rlmesh/env/env_server.h"
#include "rlmesh/transport/testing/raw_listener.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class RunningServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    auto address = Address::ForBind("unix://" + dir_->path() + "/s");
    RLMESH_ASSERT_OK(address);
    address_ = std::make_unique<Address>(*address);
  }

  void Serve(const std::string& name) {
    auto factory = NativeFactory(name, "");
    RLMESH_ASSERT_OK(factory);
    EnvServerOptions options;
    options.listen.address = *address_;
    auto server = EnvServer::Start(*std::move(factory), options);
    RLMESH_ASSERT_OK(server);
    server_ = *std::move(server);
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("running-server");
  std::unique_ptr<Address> address_;
  std::unique_ptr<EnvServer> server_;
  Observation observation_;
};

TEST_F(RunningServerTest, SessionsGoOnWithAServerThatComesBack) {
  Serve("cartpole");
  auto factory = RunningServerFactory::Connect(*address_, {});
  RLMESH_ASSERT_OK(factory);
  auto environment = (*factory)->Create();
  RLMESH_ASSERT_OK(environment);
  RLMESH_ASSERT_OK((*environment)->Reset({}, &observation_));
  server_.reset();
  EXPECT_THAT((*environment)->Reset({}, &observation_),
              StatusIs(absl::StatusCode::kUnavailable));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT((*factory)->Create(), StatusIs(absl::StatusCode::kUnavailable));
  }
  Serve("cartpole");
  environment = (*factory)->Create();
  RLMESH_ASSERT_OK(environment);
  RLMESH_EXPECT_OK((*environment)->Reset({}, &observation_));
}

TEST_F(RunningServerTest, AnotherEnvironmentIsNotTakenForTheFirst) {
  Serve("cartpole");
  auto factory = RunningServerFactory::Connect(*address_, {});
  RLMESH_ASSERT_OK(factory);
  auto environment = (*factory)->Create();
  RLMESH_ASSERT_OK(environment);
  server_.reset();
  EXPECT_THAT((*environment)->Reset({}, &observation_),
              StatusIs(absl::StatusCode::kUnavailable));
  Serve("synthetic");
  EXPECT_THAT((*factory)->Create(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("serves"), HasSubstr("CartPole"))));
}

// A factory whose server was lost; at its address somebody says nothing now.
class SilentServerTest : public RunningServerTest {
 protected:
  void Lose(absl::Duration connect_timeout) {
    Serve("cartpole");
    RemoteOptions options;
    options.connect.timeout = connect_timeout;
    auto factory = RunningServerFactory::Connect(*address_, options);
    RLMESH_ASSERT_OK(factory);
    factory_ = *std::move(factory);
    auto environment = factory_->Create();
    RLMESH_ASSERT_OK(environment);
    RLMESH_ASSERT_OK((*environment)->Reset({}, &observation_));
    server_.reset();
    EXPECT_FALSE((*environment)->Reset({}, &observation_).ok());
    silent_ = RawListener::MuteAt(dir_->path() + "/s");
  }

  // Create from `count` threads at once: what they were told.
  std::vector<absl::Status> CreateTogether(int count, CreateOptions options,
                                           absl::Notification* begun) {
    std::vector<absl::Status> statuses(count);
    std::vector<std::thread> threads;
    std::atomic<int> ready{0};
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        if (++ready == count) begun->Notify();
        statuses[i] = factory_->Create(options).status();
      });
    }
    for (std::thread& thread : threads) thread.join();
    return statuses;
  }

  std::unique_ptr<RunningServerFactory> factory_;
  std::unique_ptr<RawListener> silent_;
};

TEST_F(SilentServerTest, SessionsShareOneAttempt) {
  Lose(absl::Seconds(2));
  absl::Notification begun;
  const absl::Time start = SteadyNow();
  for (const absl::Status& status : CreateTogether(16, {}, &begun)) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  }
  // One after the other they would take 32 s.
  EXPECT_LT(SteadyNow() - start, absl::Seconds(16));
}

TEST_F(SilentServerTest, CancellationEndsWhoConnectsAndWhoWaits) {
  Lose(absl::Minutes(10));
  Cancellation cancellation;
  CreateOptions options;
  options.cancellation = &cancellation;
  absl::Notification begun;
  std::thread canceller([&] {
    begun.WaitForNotification();
    cancellation.Cancel();
  });
  for (const absl::Status& status : CreateTogether(16, options, &begun)) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled,
                                 HasSubstr(address_->ToString())));
  }
  canceller.join();
}

TEST_F(SilentServerTest, TheDeadlineEndsAnAttempt) {
  Lose(absl::Minutes(10));
  CreateOptions options;
  options.deadline = SteadyNow() + absl::Milliseconds(200);
  absl::Notification begun;
  for (const absl::Status& status : CreateTogether(4, options, &begun)) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  }
}

// Who gives up leaves the others to it.
TEST_F(SilentServerTest, ACancelledAttemptIsNobodyElses) {
  Lose(absl::Seconds(3));
  Cancellation cancellation;
  CreateOptions options;
  options.cancellation = &cancellation;
  absl::Notification begun;
  std::thread patient([&] {
    begun.WaitForNotification();
    cancellation.Cancel();
    EXPECT_THAT(factory_->Create(),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
  });
  EXPECT_THAT(CreateTogether(1, options, &begun).front(),
              StatusIs(absl::StatusCode::kCancelled));
  patient.join();
}

TEST_F(RunningServerTest, NobodyThereIsToldAtOnce) {
  EXPECT_THAT(RunningServerFactory::Connect(*address_, {}),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace rlmesh
