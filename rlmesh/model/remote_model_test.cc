// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A client against servers that break the rules.

#include "rlmesh/model/remote_model.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/server_context.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/testing/discrete_space.h"
#include "rlmesh/transport/grpc_server.h"
#include "rlmesh/transport/testing/raw_listener.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using model::v1::JoinRequest;
using model::v1::JoinResponse;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Stream = grpc::ServerReaderWriter<JoinResponse, JoinRequest>;

// Answers as it is told.
class ScriptedService : public model::v1::ModelService::Service {
 public:
  std::function<grpc::Status(model::v1::HandshakeResponse*)> handshake =
      [](model::v1::HandshakeResponse* response) {
        response->mutable_base()->set_compatible(true);
        response->mutable_base()->add_supported_workflow_editions("2026.06");
        return grpc::Status::OK;
      };
  // Called for each request; false ends the stream.
  std::function<bool(const JoinRequest&, Stream*)> answer =
      [](const JoinRequest&, Stream*) { return false; };

  grpc::Status Handshake(grpc::ServerContext*,
                         const model::v1::HandshakeRequest*,
                         model::v1::HandshakeResponse* response) override {
    return handshake(response);
  }
  grpc::Status Join(grpc::ServerContext*, Stream* stream) override {
    stream->SendInitialMetadata();
    JoinRequest request;
    while (stream->Read(&request)) {
      last = request;
      if (request.has_resolve_adapter() && resolve_well) {
        JoinResponse response;
        response.set_request_id(request.request_id());
        response.mutable_resolve_adapter();
        stream->Write(response);
      } else if (!answer(request, stream)) {
        break;
      }
    }
    return grpc::Status::OK;
  }

  bool resolve_well = true;
  JoinRequest last;
};

EnvContract Contract() {
  EnvContract contract;
  contract.id = "Test-v0";
  contract.action_space = DiscreteSpace(4);
  contract.observation_space = DiscreteSpace(1000);
  return contract;
}

// A good answer to `request` with `actions` frames of one row of action 1.
JoinResponse Answer(const JoinRequest& request, int actions) {
  JoinResponse response;
  response.set_request_id(request.request_id());
  *response.mutable_predict()->mutable_context() = request.predict().context();
  for (int i = 0; i < actions; ++i) {
    response.mutable_predict()->add_actions()->add_leaves(
        std::string("\x01\0\0\0\0\0\0\0", 8));
  }
  return response;
}

class HostileModelTest : public ::testing::Test {
 protected:
  HostileModelTest() {
    GrpcServerOptions options{*Address::ForBind("127.0.0.1:0")};
    auto server =
        GrpcServer::Start(options, {{wire::kModelService, &service_}});
    EXPECT_THAT(server, IsOk());
    server_ = *std::move(server);
    options_.request_timeout = absl::Seconds(20);
  }
  ~HostileModelTest() override {
    model_.reset();
    server_->Shutdown(absl::ZeroDuration());
  }

  absl::Status Connect() {
    auto model = RemoteModel::Connect(
        *Address::ForConnect(server_->address().ToString()), options_);
    if (!model.ok()) return model.status();
    model_ = *std::move(model);
    return absl::OkStatus();
  }

  // Connects, opens and predicts once.
  absl::Status Predict() {
    if (model_ == nullptr) {
      if (absl::Status s = Connect(); !s.ok()) return s;
      if (absl::Status s = model_->Open("env-1", Contract()); !s.ok()) return s;
    }
    ValueBuffer observation(DiscreteSpace(1000), 1);
    std::vector<EpisodeRow> rows = {{"e1", 7}};
    PredictRequest request;
    request.route = "env-1";
    request.observations = observation.view();
    request.episodes = rows;
    request.step = 3;
    return model_->Predict(request, &prediction_);
  }

  ScriptedService service_;
  std::unique_ptr<GrpcServer> server_;
  RemoteModelOptions options_;
  std::unique_ptr<RemoteModel> model_;
  Prediction prediction_;
};

TEST_F(HostileModelTest, GoodAnswerWorksAndTheRequestIsComplete) {
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    return stream->Write(Answer(request, 1));
  };
  RLMESH_ASSERT_OK(Predict());
  ASSERT_EQ(prediction_.frames.size(), 1);
  EXPECT_EQ(service_.last.request_id(), "env-1:predict:1");
  EXPECT_EQ(service_.last.predict().context().request_id(), "env-1:predict:1");
  EXPECT_EQ(service_.last.predict().episode_info(0).seed(), 7);
  // Both go only to servers that were offered histories and took them.
  EXPECT_FALSE(service_.last.predict().has_step());
  EXPECT_EQ(service_.last.predict().history_size(), 0);
  RLMESH_ASSERT_OK(Predict());
  EXPECT_EQ(service_.last.request_id(), "env-1:predict:2");
}

TEST_F(HostileModelTest, MissingEchoIsToleratedAnotherRouteIsNot) {
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    JoinResponse response = Answer(request, 1);
    response.mutable_predict()->clear_context();
    return stream->Write(response);
  };
  RLMESH_EXPECT_OK(Predict());
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    JoinResponse response = Answer(request, 1);
    response.mutable_predict()->mutable_context()->set_env_id("env-2");
    return stream->Write(response);
  };
  EXPECT_THAT(Predict(), StatusIs(absl::StatusCode::kInternal,
                                  HasSubstr("another environment")));
}

TEST_F(HostileModelTest, AnswersThatNobodyWaitsForAreDropped) {
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    JoinResponse stale;
    stale.set_request_id("old");
    for (int i = 0; i < 100; ++i) stream->Write(stale);
    return stream->Write(Answer(request, 1));
  };
  RLMESH_EXPECT_OK(Predict());
}

TEST_F(HostileModelTest, AnswerInTheMomentOfTheDeadlineCounts) {
  absl::Notification gone;
  service_.answer = [&](const JoinRequest& request, Stream* stream) {
    stream->Write(Answer(request, 1));
    JoinRequest next;
    while (stream->Read(&next)) {
    }
    gone.Notify();  // the client's watchdog cancelled the stream
    return false;
  };
  bool seen = false;
  options_.on_answer_for_testing = [&] {
    // The answer to Open comes first.
    if (service_.last.has_predict()) {
      seen = gone.WaitForNotificationWithTimeout(absl::Seconds(60));
    }
  };
  options_.request_timeout = absl::Seconds(3);
  RLMESH_ASSERT_OK(Predict());
  EXPECT_TRUE(seen);
  EXPECT_EQ(prediction_.frames.size(), 1);
  EXPECT_THAT(Predict(), StatusIs(absl::StatusCode::kUnavailable,
                                  HasSubstr("given up after a timeout")));
}

TEST_F(HostileModelTest, EndlessStaleAnswersEndAtTheDeadline) {
  options_.request_timeout = absl::Milliseconds(300);
  service_.answer = [](const JoinRequest&, Stream* stream) {
    JoinResponse stale;
    stale.set_request_id("old");
    while (stream->Write(stale)) {
    }
    return false;
  };
  EXPECT_THAT(Predict(), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(HostileModelTest, NoActionOrWrongActionIsRefused) {
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    return stream->Write(Answer(request, 0));
  };
  EXPECT_THAT(Predict(), StatusIs(absl::StatusCode::kInternal,
                                  HasSubstr("returned no actions")));
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    JoinResponse response = Answer(request, 1);
    (*response.mutable_predict()->mutable_actions(0)->mutable_leaves(0))[0] = 9;
    return stream->Write(response);
  };
  EXPECT_THAT(Predict(), StatusIs(absl::StatusCode::kInternal,
                                  AllOf(HasSubstr("outside the space"),
                                        HasSubstr("value 9"))));
  EXPECT_TRUE(prediction_.frames.empty());
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    JoinResponse response = Answer(request, 1);
    response.mutable_predict()->mutable_actions(0)->add_leaves("more");
    return stream->Write(response);
  };
  EXPECT_THAT(Predict(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("2 leaf slabs")));
}

TEST_F(HostileModelTest, MoreFramesThanAskedForAreCut) {
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    return stream->Write(Answer(request, 500));
  };
  RLMESH_ASSERT_OK(Predict());
  EXPECT_EQ(prediction_.frames.size(), 1);
}

TEST_F(HostileModelTest, AnswerOfAnotherKindIsRefused) {
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    JoinResponse response;
    response.set_request_id(request.request_id());
    response.mutable_close();
    return stream->Write(response);
  };
  EXPECT_THAT(Predict(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("another kind")));
}

TEST_F(HostileModelTest, OfSeveralRowsAtOnceOnlyServersThatSaySoAreAsked) {
  RLMESH_ASSERT_OK(Connect());
  EXPECT_FALSE(model_->takes_rows());
  service_.handshake = [](model::v1::HandshakeResponse* response) {
    response->mutable_base()->set_compatible(true);
    response->mutable_base()->add_supported_workflow_editions("2026.06");
    (*response->mutable_base()->mutable_capabilities())[wire::kPredictRows] =
        "true";
    return grpc::Status::OK;
  };
  RLMESH_ASSERT_OK(Connect());
  EXPECT_TRUE(model_->takes_rows());
}

TEST_F(HostileModelTest, EndOfStreamInMidCallIsALostModel) {
  EXPECT_THAT(Predict(),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("lost the model"), HasSubstr("predict"),
                             HasSubstr("connect again"))));
  EXPECT_THAT(Predict(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(HostileModelTest, ErrorAtResolveIsSaid) {
  service_.resolve_well = false;
  service_.answer = [](const JoinRequest& request, Stream* stream) {
    JoinResponse response;
    response.set_request_id(request.request_id());
    response.mutable_error()->set_code(
        model::v1::MODEL_ERROR_CODE_INVALID_REQUEST);
    response.mutable_error()->set_message("no such space");
    return stream->Write(response);
  };
  EXPECT_THAT(Predict(), StatusIs(absl::StatusCode::kInvalidArgument,
                                  HasSubstr("no such space")));
}

TEST_F(HostileModelTest, RefusedHandshakesNameBothSides) {
  service_.handshake = [](model::v1::HandshakeResponse* response) {
    response->mutable_base()->set_error_message("generation x is not y");
    return grpc::Status::OK;
  };
  EXPECT_THAT(Connect(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                  AllOf(HasSubstr("handshake failed"),
                                        HasSubstr("generation x is not y"),
                                        HasSubstr("rlmesh-wire-v1"))));
  service_.handshake = [](model::v1::HandshakeResponse*) {
    return grpc::Status::OK;
  };
  EXPECT_THAT(Connect(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                  HasSubstr("missing base")));
  service_.handshake = [](model::v1::HandshakeResponse* response) {
    response->mutable_base()->set_compatible(true);
    response->mutable_base()->add_supported_workflow_editions("2099.01");
    return grpc::Status::OK;
  };
  EXPECT_THAT(Connect(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("2099.01"), HasSubstr("2026.06"))));
}

TEST_F(HostileModelTest, EditionIsPinnedInTheServersSpelling) {
  service_.handshake = [](model::v1::HandshakeResponse* response) {
    response->mutable_base()->set_compatible(true);
    response->mutable_base()->add_supported_workflow_editions("2026.06-rc.5");
    return grpc::Status::OK;
  };
  RLMESH_ASSERT_OK(Connect());
  EXPECT_EQ(model_->edition(), "2026.06-rc.5");
  RLMESH_ASSERT_OK(model_->Open("env-1", Contract()));
  EXPECT_EQ(service_.last.resolve_adapter().selected_workflow_edition(),
            "2026.06-rc.5");
}

TEST_F(HostileModelTest, EditionIsSettledWithTheEnvironmentToo) {
  RLMESH_ASSERT_OK(Connect());
  EditionOffer env;
  env.name = "env";
  env.can = {"2099.01"};
  env.want = "2099.01";
  EXPECT_THAT(model_->Agree({env}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("env wants \"2099.01\""),
                             HasSubstr("model"), HasSubstr("runtime"))));
  env.can = {"2026.06"};
  env.want = "2026.06";
  RLMESH_EXPECT_OK(model_->Agree({env}));
}

// Row 6 of the limits to beat: every default waits for ever there.
TEST(RemoteModelTest, Row6EveryDefaultDeadlineIsFinite) {
  const RemoteModelOptions options;
  EXPECT_LT(options.request_timeout, absl::InfiniteDuration());
  EXPECT_LT(options.connect.timeout, absl::InfiniteDuration());
  RLMESH_EXPECT_OK(options.Validate());
}

TEST(RemoteModelTest, ThatWhichIsNoModelServerIsRecognised) {
  RemoteModelOptions options;
  options.connect.timeout = absl::Milliseconds(500);
  auto mute = RawListener::Mute();
  EXPECT_THAT(RemoteModel::Connect(mute->address(), options),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr(mute->address().ToString())));
  auto http = RawListener::Answering("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_THAT(RemoteModel::Connect(http->address(), options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(http->address().ToString())));
}

}  // namespace
}  // namespace rlmesh
