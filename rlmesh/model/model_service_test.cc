// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The service, the server around it and the client, over real sockets.

#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/model/model_server.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/model/testing/fake_model.h"
#include "rlmesh/spaces/testing/discrete_space.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/handshake.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

EnvContract Contract() {
  EnvContract contract;
  contract.id = "Test-v0";
  contract.action_space = DiscreteSpace(4);
  contract.observation_space = DiscreteSpace(1000);
  return contract;
}

class ModelServiceTest : public ::testing::Test {
 protected:
  ~ModelServiceTest() override {
    if (server_ != nullptr) server_->StopNow();
    if (serving_.joinable()) serving_.join();
  }

  void StartServer(const std::string& address = "127.0.0.1:0") {
    auto model = std::make_unique<FakeModel>();
    model_ = model.get();
    options_.listen.address = *Address::ForBind(address);
    auto server = ModelServer::Start(std::move(model), options_);
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
    serving_ = std::thread([this] {
      server_->Serve();
      stopped_.Notify();
    });
  }

  std::unique_ptr<RemoteModel> Connect() {
    auto address = Address::ForConnect(server_->address().ToString());
    auto model = RemoteModel::Connect(*address, client_);
    EXPECT_THAT(model, IsOk());
    return model.ok() ? *std::move(model) : nullptr;
  }

  std::unique_ptr<model::v1::ModelService::Stub> Stub() {
    auto channel =
        ConnectChannel(*Address::ForConnect(server_->address().ToString()), {});
    EXPECT_THAT(channel, IsOk());
    return model::v1::ModelService::NewStub(*channel);
  }

  // Predicts for episode `id` of `route` with observation 5.
  absl::Status Predict(Model* model, const std::string& route,
                       const std::string& id, std::vector<int64_t>* actions,
                       absl::Duration timeout = absl::Seconds(20)) {
    ValueBuffer observation(DiscreteSpace(1000), 1);
    observation.Set<int64_t>(0, 0, 5);
    std::vector<EpisodeRow> rows = {{id, {}}};
    PredictRequest request;
    request.route = route;
    request.observations = observation.view();
    request.episodes = rows;
    request.timeout = timeout;
    Prediction prediction;
    absl::Status s = model->Predict(request, &prediction);
    actions->clear();
    for (const ValueView& frame : prediction.frames) {
      int64_t action;
      std::memcpy(&action, frame.leaf(0).data(), 8);
      actions->push_back(action);
    }
    return s;
  }

  // What a call that nobody waits for any more stands at; outlives the server.
  absl::Notification go_on_;
  FakeModel* model_ = nullptr;  // server_'s
  ModelServerOptions options_;
  RemoteModelOptions client_;
  std::unique_ptr<ModelServer> server_;
  std::thread serving_;
  absl::Notification stopped_;
  std::vector<int64_t> actions_;
};

TEST_F(ModelServiceTest, RemoteModelDoesAsTheModelDoes) {
  StartServer();
  auto model = Connect();
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->edition(), "2026.06");
  RLMESH_ASSERT_OK(model->Open("env-1", Contract()));
  for (int i = 0; i < 6; ++i) {
    RLMESH_ASSERT_OK(Predict(model.get(), "env-1", "e1", &actions_));
    EXPECT_THAT(actions_, ElementsAre(i % 4));
  }
  const std::vector<std::string> ended = {"e1"};
  RLMESH_ASSERT_OK(model->Reset("env-1", ended));
  RLMESH_ASSERT_OK(model->CloseRoute("env-1"));
  RLMESH_ASSERT_OK(model->CloseRoute("env-1"));
  EXPECT_EQ(model_->calls().front(), "open Test-v0");
  EXPECT_EQ(model_->calls().back(), "close");
  EXPECT_THAT(model_->routes(), IsEmpty());
  EXPECT_THAT(Predict(model.get(), "env-1", "e1", &actions_),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ModelServiceTest, WorksOverAUnixSocketToo) {
  auto dir = TempDir::Create("rlmesh-model");
  RLMESH_ASSERT_OK(dir);
  StartServer(absl::StrCat("unix://", dir->path(), "/s"));
  auto model = Connect();
  ASSERT_NE(model, nullptr);
  RLMESH_ASSERT_OK(model->Open("env-1", Contract()));
  RLMESH_EXPECT_OK(Predict(model.get(), "env-1", "e1", &actions_));
}

TEST_F(ModelServiceTest, ChunksAreAskedForAndCut) {
  client_.execution_horizon = 2;
  StartServer();
  model_->frames = 3;
  auto model = Connect();
  ASSERT_NE(model, nullptr);
  RLMESH_ASSERT_OK(model->Open("env-1", Contract()));
  RLMESH_ASSERT_OK(Predict(model.get(), "env-1", "e1", &actions_));
  EXPECT_THAT(actions_, ElementsAre(0, 1));
}

TEST_F(ModelServiceTest, BlockingModelsServeManyStreamsAtOnce) {
  StartServer();
  absl::Notification stuck, go_on;
  model_->on_predict = [&](const PredictRequest& request) {
    if (request.route == "slow") {
      stuck.Notify();
      go_on.WaitForNotification();
    }
    return absl::OkStatus();
  };
  auto slow = Connect();
  auto fast = Connect();
  ASSERT_TRUE(slow != nullptr && fast != nullptr);
  RLMESH_ASSERT_OK(slow->Open("slow", Contract()));
  RLMESH_ASSERT_OK(fast->Open("fast", Contract()));
  std::thread waiting([&] {
    std::vector<int64_t> actions;
    EXPECT_THAT(Predict(slow.get(), "slow", "e", &actions), IsOk());
  });
  stuck.WaitForNotification();
  RLMESH_EXPECT_OK(Predict(fast.get(), "fast", "e", &actions_));
  go_on.Notify();
  waiting.join();
}

TEST_F(ModelServiceTest, ErrorOfThePolicyLeavesTheClientUsable) {
  StartServer();
  auto model = Connect();
  ASSERT_NE(model, nullptr);
  RLMESH_ASSERT_OK(model->Open("env-1", Contract()));
  model_->on_predict = [](const PredictRequest&) {
    return absl::InternalError("RuntimeError: boom");
  };
  EXPECT_THAT(Predict(model.get(), "env-1", "e1", &actions_),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("model error"), HasSubstr("boom"))));
  model_->on_predict = nullptr;
  RLMESH_EXPECT_OK(Predict(model.get(), "env-1", "e1", &actions_));
}

TEST_F(ModelServiceTest, ModelThatDoesNotFitIsRefusedAtOpen) {
  StartServer();
  model_->on_open = [](const EnvContract& contract) {
    return absl::InvalidArgumentError(
        absl::StrCat(contract.id, " has no camera"));
  };
  auto model = Connect();
  ASSERT_NE(model, nullptr);
  EXPECT_THAT(model->Open("env-1", Contract()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("Test-v0 has no camera")));
}

TEST_F(ModelServiceTest, ClientThatVanishesLeavesNoRoute) {
  StartServer();
  auto model = Connect();
  ASSERT_NE(model, nullptr);
  RLMESH_ASSERT_OK(model->Open("env-1", Contract()));
  EXPECT_THAT(model_->routes(), SizeIs(1));
  model.reset();
  // A stream's end is seen soon, and only that waits here.
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!model_->routes().empty() && absl::Now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_THAT(model_->routes(), IsEmpty());
}

// A model that takes one call at a time, as a policy in Python does, and whose
// calls for route "stuck" end only when they are cancelled.
class OneAtATimeTest : public ModelServiceTest {
 protected:
  void Start() {
    StartServer();
    model_->on_predict = [this](const PredictRequest& request) {
      absl::MutexLock lock(&turn_);
      if (request.route != "stuck") return absl::OkStatus();
      absl::Notification gone;
      const Cancellation::Callback callback(request.cancellation,
                                            [&gone] { gone.Notify(); });
      stuck_.Notify();
      return gone.WaitForNotificationWithTimeout(absl::Seconds(60))
                 ? absl::CancelledError("interrupted")
                 : absl::InternalError("nobody cancelled it");
    };
  }

  absl::Mutex turn_;
  absl::Notification stuck_;
};

TEST_F(OneAtATimeTest, ClientThatVanishesInMidPredictFreesTheModel) {
  Start();
  auto vanishing = Connect();
  auto next = Connect();
  ASSERT_TRUE(vanishing != nullptr && next != nullptr);
  RLMESH_ASSERT_OK(vanishing->Open("stuck", Contract()));
  RLMESH_ASSERT_OK(next->Open("env-2", Contract()));
  std::thread asking([&] {
    std::vector<int64_t> actions;
    EXPECT_THAT(Predict(vanishing.get(), "stuck", "e", &actions),
                StatusIs(absl::StatusCode::kCancelled));
  });
  stuck_.WaitForNotification();
  vanishing->Cancel();
  asking.join();
  RLMESH_EXPECT_OK(Predict(next.get(), "env-2", "e", &actions_));
}

TEST_F(OneAtATimeTest, ClientWhoseDeadlinePassesFreesTheModel) {
  Start();
  auto impatient = Connect();
  auto next = Connect();
  ASSERT_TRUE(impatient != nullptr && next != nullptr);
  RLMESH_ASSERT_OK(impatient->Open("stuck", Contract()));
  RLMESH_ASSERT_OK(next->Open("env-2", Contract()));
  EXPECT_THAT(
      Predict(impatient.get(), "stuck", "e", &actions_, absl::Milliseconds(50)),
      StatusIs(absl::StatusCode::kDeadlineExceeded));
  RLMESH_EXPECT_OK(Predict(next.get(), "env-2", "e", &actions_));
}

TEST_F(ModelServiceTest, TimeoutSaysWhoDidNotAnswerWhat) {
  StartServer();
  auto model = Connect();
  ASSERT_NE(model, nullptr);
  RLMESH_ASSERT_OK(model->Open("env-1", Contract()));
  model_->on_predict = [&](const PredictRequest&) {
    go_on_.WaitForNotification();
    return absl::OkStatus();
  };
  EXPECT_THAT(
      Predict(model.get(), "env-1", "e1", &actions_, absl::Milliseconds(50)),
      StatusIs(absl::StatusCode::kDeadlineExceeded,
               AllOf(HasSubstr(server_->address().ToString()),
                     HasSubstr("predict"), HasSubstr("50ms"))));
  EXPECT_THAT(
      Predict(model.get(), "env-1", "e1", &actions_),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("connect again")));
  go_on_.Notify();
}

TEST_F(ModelServiceTest, CancelInterruptsAndStaysSo) {
  StartServer();
  auto model = Connect();
  ASSERT_NE(model, nullptr);
  RLMESH_ASSERT_OK(model->Open("env-1", Contract()));
  absl::Notification stuck;
  model_->on_predict = [&](const PredictRequest&) {
    stuck.Notify();
    go_on_.WaitForNotification();
    return absl::OkStatus();
  };
  std::thread canceller([&] {
    stuck.WaitForNotification();
    model->Cancel();
  });
  EXPECT_THAT(Predict(model.get(), "env-1", "e1", &actions_),
              StatusIs(absl::StatusCode::kCancelled));
  canceller.join();
  EXPECT_THAT(Predict(model.get(), "env-1", "e1", &actions_),
              StatusIs(absl::StatusCode::kCancelled));
  go_on_.Notify();
}

TEST_F(ModelServiceTest, DrainEndsIdleStreamsAndLetsCallsAnswer) {
  StartServer();
  auto idle = Connect();
  auto busy = Connect();
  ASSERT_TRUE(idle != nullptr && busy != nullptr);
  RLMESH_ASSERT_OK(busy->Open("env-1", Contract()));
  absl::Notification stuck, go_on;
  model_->on_predict = [&](const PredictRequest&) {
    stuck.Notify();
    go_on.WaitForNotification();
    return absl::OkStatus();
  };
  std::thread waiting([&] {
    std::vector<int64_t> actions;
    EXPECT_THAT(Predict(busy.get(), "env-1", "e", &actions), IsOk());
  });
  stuck.WaitForNotification();
  server_->Stop();
  // Stop does not wait for the drain: the stream may answer a little longer.
  absl::Status opened;
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (opened.ok() && absl::Now() < deadline) {
    opened = idle->Open("env-2", Contract());
  }
  EXPECT_THAT(opened, StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("shutting down")));
  go_on.Notify();
  waiting.join();
  stopped_.WaitForNotification();
}

TEST_F(ModelServiceTest, IdleTimeoutStops) {
  options_.loop.idle_timeout = absl::Milliseconds(30);
  StartServer();
  EXPECT_TRUE(stopped_.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

TEST_F(ModelServiceTest, ForeignGenerationIsRefusedInBand) {
  StartServer();
  auto stub = Stub();
  model::v1::HandshakeRequest request;
  model::v1::HandshakeResponse response;
  request.mutable_base()->set_protocol_generation("rlmesh.protocol.v1");
  grpc::ClientContext context;
  ASSERT_TRUE(stub->Handshake(&context, request, &response).ok());
  EXPECT_FALSE(response.base().compatible());
  EXPECT_THAT(
      response.base().error_message(),
      StartsWith("protocol generation rlmesh.protocol.v1 not compatible with "
                 "server rlmesh-wire-v1"));
  EXPECT_EQ(response.base().peer_info().component(), "rlmesh-model");
  ASSERT_EQ(response.base().capabilities().size(), 1);
  EXPECT_EQ(response.base().capabilities().at(wire::kPredictRows), "true");

  grpc::ClientContext empty;
  grpc::Status status =
      stub->Handshake(&empty, model::v1::HandshakeRequest(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "handshake request missing base");
}

TEST_F(ModelServiceTest, ShutdownIsRefusedUnlessAllowed) {
  StartServer();
  auto stub = Stub();
  model::v1::ShutdownRequest request;
  model::v1::ShutdownResponse response;
  grpc::ClientContext missing;
  EXPECT_EQ(stub->Shutdown(&missing, request, &response).error_message(),
            "shutdown request missing base");
  request.mutable_base()->set_reason("done");
  grpc::ClientContext context;
  ASSERT_TRUE(stub->Shutdown(&context, request, &response).ok());
  EXPECT_FALSE(response.base().accepted());
  EXPECT_EQ(response.base().message(),
            "remote shutdown is disabled for this model endpoint");
}

TEST_F(ModelServiceTest, ShutdownWhereAllowedStopsTheServer) {
  options_.service.allow_remote_shutdown = true;
  StartServer();
  auto stub = Stub();
  model::v1::ShutdownRequest request;
  model::v1::ShutdownResponse response;
  request.mutable_base()->set_reason("done");
  grpc::ClientContext context;
  ASSERT_TRUE(stub->Shutdown(&context, request, &response).ok());
  EXPECT_TRUE(response.base().accepted());
  EXPECT_EQ(response.base().message(), "shutdown accepted: done");
  EXPECT_TRUE(stopped_.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

TEST_F(ModelServiceTest, HeadersComeBeforeTheFirstMessage) {
  StartServer();
  auto stub = Stub();
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  auto stream = stub->Join(&context);
  stream->WaitForInitialMetadata();  // nothing was sent
  EXPECT_TRUE(stream->WritesDone());
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ModelServiceTest, CloseAnswersThenEndsTheStream) {
  StartServer();
  auto stub = Stub();
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  auto stream = stub->Join(&context);
  model::v1::JoinRequest request;
  request.set_request_id("c");
  request.mutable_close();
  ASSERT_TRUE(stream->Write(request));
  model::v1::JoinResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.has_close());
  EXPECT_EQ(response.request_id(), "c");
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ModelServiceTest, ManyRequestsWithoutReadingAreAnsweredInOrder) {
  StartServer();
  auto stub = Stub();
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  auto stream = stub->Join(&context);
  model::v1::JoinRequest request;
  request.mutable_reset_adapter()->mutable_context()->set_env_id("nowhere");
  for (int i = 0; i < 200; ++i) {
    request.set_request_id(absl::StrCat(i));
    ASSERT_TRUE(stream->Write(request));
  }
  model::v1::JoinResponse response;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.request_id(), absl::StrCat(i));
  }
}

TEST_F(ModelServiceTest, NobodyThereIsSaidWithTheAddress) {
  StartServer();
  const Address address = *Address::ForConnect(server_->address().ToString());
  server_->StopNow();
  stopped_.WaitForNotification();
  EXPECT_THAT(RemoteModel::Connect(address, client_),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr(address.ToString()),
                             HasSubstr("is the server running?"))));
}

TEST_F(ModelServiceTest, RefusesOptionsThatCannotBe) {
  client_.execution_horizon = 2000;
  const Address address = *Address::ForConnect("127.0.0.1:1");
  EXPECT_THAT(RemoteModel::Connect(address, client_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("execution_horizon is 2000")));
  client_ = {};
  client_.request_timeout = absl::ZeroDuration();
  EXPECT_THAT(RemoteModel::Connect(address, client_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StartsWith("request_timeout is 0")));
  client_ = {};
  client_.introduction.edition = "2099.01";
  EXPECT_THAT(
      RemoteModel::Connect(address, client_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2099.01")));
}

}  // namespace
}  // namespace rlmesh
