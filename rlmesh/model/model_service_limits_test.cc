// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// How many clients a model server has, and for how long.

#include <memory>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/model/model_server.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/model/testing/fake_model.h"
#include "rlmesh/transport/channel.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A stream without the client's side of it.
class RawStream {
 public:
  explicit RawStream(std::shared_ptr<grpc::Channel> channel)
      : stub_(model::v1::ModelService::NewStub(channel)) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    stream_ = stub_->Join(&context_);
    stream_->WaitForInitialMetadata();
  }

  // Asks for something that every server answers.
  bool Ask() {
    model::v1::JoinRequest request;
    request.mutable_reset_adapter()->mutable_context()->set_env_id("e");
    model::v1::JoinResponse response;
    return stream_->Write(request) && stream_->Read(&response);
  }

  // Why the server ended it.
  grpc::Status AwaitEnd() {
    model::v1::JoinResponse response;
    EXPECT_FALSE(stream_->Read(&response));
    return stream_->Finish();
  }

  void Leave() { context_.TryCancel(); }

 private:
  std::unique_ptr<model::v1::ModelService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<model::v1::JoinRequest, model::v1::JoinResponse>>
      stream_;
};

class ModelServiceLimitsTest : public ::testing::Test {
 protected:
  ~ModelServiceLimitsTest() override {
    if (server_ != nullptr) server_->StopNow();
    if (serving_.joinable()) serving_.join();
  }

  void Start() {
    options_.listen.address = *Address::ForBind("127.0.0.1:0");
    auto server = ModelServer::Start(std::make_unique<FakeModel>(), options_);
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
    serving_ = std::thread([this] { server_->Serve(); });
    address_ = *Address::ForConnect(server_->address().ToString());
    auto channel = ConnectChannel(address_, {});
    ASSERT_THAT(channel, IsOk());
    channel_ = *std::move(channel);
  }

  ModelServerOptions options_;
  std::unique_ptr<ModelServer> server_;
  std::thread serving_;
  Address address_ = *Address::ForConnect("127.0.0.1:1");
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(ModelServiceLimitsTest, AClientTooManyIsToldLimitAndHolders) {
  options_.service.max_sessions = 2;
  Start();
  RawStream first(channel_);
  RawStream second(channel_);
  ASSERT_TRUE(first.Ask() && second.Ask());
  const grpc::Status refused = RawStream(channel_).AwaitEnd();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(),
              AllOf(HasSubstr("all 2 sessions of this model are taken"),
                    HasSubstr("127.0.0.1"), HasSubstr("--max_sessions")));
  // Who leaves makes room.
  first.Leave();
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!RawStream(channel_).Ask() && absl::Now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_LT(absl::Now(), deadline);
  EXPECT_TRUE(second.Ask());
}

TEST_F(ModelServiceLimitsTest, SilentStreamsEnd) {
  options_.service.first_request_timeout = absl::Milliseconds(20);
  Start();
  const grpc::Status ended = RawStream(channel_).AwaitEnd();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(ended.error_message(),
              HasSubstr("no request came within 20ms of joining"));
}

TEST_F(ModelServiceLimitsTest, IdleSessionsEnd) {
  options_.service.session_timeout = absl::Milliseconds(50);
  Start();
  RawStream stream(channel_);
  ASSERT_TRUE(stream.Ask());
  const grpc::Status ended = stream.AwaitEnd();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(ended.error_message(), HasSubstr("--session_timeout=50ms"));
}

TEST_F(ModelServiceLimitsTest, GreetingTakesNoPlace) {
  options_.service.max_sessions = 1;
  options_.service.introduction.package_version = "1.2.3";
  Start();
  RawStream only(channel_);
  ASSERT_TRUE(only.Ask());
  const auto answer = RemoteModel::Greet(address_, {});
  RLMESH_ASSERT_OK(answer);
  EXPECT_EQ(answer->peer_info().component(), "rlmesh-model");
  EXPECT_EQ(answer->peer_info().package_version(), "1.2.3");
}

TEST(ModelServiceOptionsTest, RefusesWhatCannotBe) {
  ModelServiceOptions options;
  options.max_sessions = 0;
  EXPECT_THAT(options.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("max_sessions is 0")));
  options = {};
  options.session_timeout = absl::ZeroDuration();
  EXPECT_THAT(options.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("session_timeout is 0")));
}

}  // namespace
}  // namespace rlmesh
