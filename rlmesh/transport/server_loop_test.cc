// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/server_loop.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/grpc_server.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Some service: gRPC wants one.
std::unique_ptr<GrpcServer> Listen() {
  static auto* const service = new env::v1::EnvService::Service;
  return GrpcServer::Start({*Address::ForBind("127.0.0.1:0")},
                           {{wire::kEnvService, service}})
      .value();
}

// A service with `streams` running calls that end when they are cancelled.
class FakeService : public Drainable {
 public:
  void Drain() override {
    absl::MutexLock lock(&mu_);
    calls_.push_back("drain");
    if (!drained_.HasBeenNotified()) drained_.Notify();
  }
  void CancelAll() override {
    absl::MutexLock lock(&mu_);
    calls_.push_back("cancel");
    streams_ = 0;
  }
  bool AwaitIdle(absl::Time deadline) override {
    absl::MutexLock lock(&mu_);
    calls_.push_back("await");
    const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return streams_ == 0;
    };
    return mu_.AwaitWithDeadline(absl::Condition(&idle), deadline);
  }
  absl::Duration IdleFor() const override {
    absl::MutexLock lock(&mu_);
    return ++asked_ < idle_at_ ? absl::ZeroDuration() : idle_for_;
  }

  void set_streams(int streams) {
    absl::MutexLock lock(&mu_);
    streams_ = streams;
  }
  // From when it is asked for the `at`-th time.
  void set_idle_for(absl::Duration idle_for, int at) {
    absl::MutexLock lock(&mu_);
    idle_for_ = idle_for;
    idle_at_ = at;
  }
  int asked() const {
    absl::MutexLock lock(&mu_);
    return asked_;
  }
  void AwaitDrain() { drained_.WaitForNotification(); }
  std::vector<std::string> calls() const {
    absl::MutexLock lock(&mu_);
    return calls_;
  }

 private:
  mutable absl::Mutex mu_;
  std::vector<std::string> calls_ ABSL_GUARDED_BY(mu_);
  int streams_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Duration idle_for_ ABSL_GUARDED_BY(mu_);
  int idle_at_ ABSL_GUARDED_BY(mu_) = 0;
  mutable int asked_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Notification drained_;
};

class ServerLoopTest : public ::testing::Test {
 protected:
  ~ServerLoopTest() override {
    if (thread_.joinable()) thread_.join();
  }

  void Start() {
    server_ = Listen();
    loop_ = std::make_unique<ServerLoop>(options_);
    thread_ = std::thread([this] { loop_->Serve(server_.get(), &service_); });
  }
  void AwaitEnd() { thread_.join(); }

  ServerLoopOptions options_;
  FakeService service_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<ServerLoop> loop_;
  std::thread thread_;
};

TEST_F(ServerLoopTest, StopDrainsThenCancelsWhatIsLeftThenClosesTheListener) {
  Start();
  const Address address = server_->address();
  RLMESH_ASSERT_OK(ConnectChannel(address, {}));
  loop_->Stop();
  loop_->Stop();
  AwaitEnd();
  EXPECT_THAT(service_.calls(), ElementsAre("drain", "await", "cancel"));
  EXPECT_THAT(ConnectChannel(address, {}),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ServerLoopTest, AStopThatComesFirstIsHeeded) {
  loop_ = std::make_unique<ServerLoop>(options_);
  loop_->Stop();
  server_ = Listen();
  loop_->Serve(server_.get(), &service_);
  EXPECT_THAT(service_.calls(), ElementsAre("drain", "await", "cancel"));
}

TEST_F(ServerLoopTest, CallsThatOutlastTheDrainTimeoutAreCancelled) {
  options_.drain_timeout = absl::Milliseconds(1);
  service_.set_streams(1);
  Start();
  loop_->Stop();
  AwaitEnd();  // or for ever
  EXPECT_THAT(service_.calls(), ElementsAre("drain", "await", "cancel"));
}

TEST_F(ServerLoopTest, StopNowCancelsWithoutWaiting) {
  options_.drain_timeout = absl::InfiniteDuration();
  service_.set_streams(1);
  Start();
  loop_->StopNow();
  AwaitEnd();
  EXPECT_THAT(service_.calls(),
              ElementsAre("drain", "cancel", "await", "cancel"));
}

TEST_F(ServerLoopTest, ASecondThoughtEndsTheDrain) {
  options_.drain_timeout = absl::InfiniteDuration();
  service_.set_streams(1);
  Start();
  loop_->Stop();
  service_.AwaitDrain();
  loop_->StopNow();
  AwaitEnd();
}

TEST_F(ServerLoopTest, IdlenessStopsIt) {
  options_.idle_timeout = absl::Hours(1);
  service_.set_idle_for(absl::Hours(1), /*at=*/1);
  Start();
  AwaitEnd();
  EXPECT_THAT(service_.calls(), ElementsAre("drain", "await", "cancel"));
}

TEST_F(ServerLoopTest, RequestsPutTheEndOff) {
  options_.idle_timeout = absl::Milliseconds(5);
  service_.set_idle_for(absl::Milliseconds(5), /*at=*/3);
  Start();
  AwaitEnd();
  EXPECT_EQ(service_.asked(), 3);
}

TEST(ServerLoopOptionsTest, NamesWhatIsWrong) {
  ServerLoopOptions options;
  RLMESH_EXPECT_OK(options.Validate());
  options.idle_timeout = absl::ZeroDuration();
  EXPECT_THAT(options.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("idle_timeout is 0")));
  options = ServerLoopOptions();
  options.drain_timeout = -absl::Seconds(1);
  EXPECT_THAT(options.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("drain_timeout is -1s")));
}

}  // namespace
}  // namespace rlmesh
