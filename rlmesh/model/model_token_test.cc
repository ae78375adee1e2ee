// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Tokens between ModelService and its clients, over TLS with certificates on
// both sides.

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/model/model_server.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/model/testing/fake_model.h"
#include "rlmesh/proto/model/v1/service.grpc.pb.h"
#include "rlmesh/spaces/testing/discrete_space.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/credentials/token.h"
#include "rlmesh/transport/grpc_status.h"
#include "rlmesh/transport/testing/test_authority.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kToken[] = "0123456789abcdef";

class ModelTokenTest : public ::testing::Test {
 protected:
  ModelTokenTest() {
    const TestCertificate own = authority_.Issue({});
    ModelServerOptions options;
    options.listen.address = *Address::ForBind("127.0.0.1:0");
    options.listen.tls =
        ServerTls{{own.certificate, own.key}, authority_.certificate()};
    options.service.token = *Token::Parse(kToken);
    options.service.allow_remote_shutdown = true;
    server_ =
        std::move(ModelServer::Start(std::make_unique<FakeModel>(), options))
            .value();
    serving_ = std::thread([this] { server_->Serve(); });
    address_ = *Address::ForConnect(server_->address().ToString());
  }
  ~ModelTokenTest() override {
    server_->StopNow();
    serving_.join();
  }

  // With our certificate, and `token`.
  ConnectOptions ClientWith(const std::string& token) const {
    const TestCertificate own = authority_.Issue({{"client"}, {}});
    ConnectOptions options;
    options.timeout = absl::Seconds(60);
    options.security.tls = ClientTls{authority_.certificate(),
                                     TlsIdentity{own.certificate, own.key}, ""};
    if (!token.empty()) options.security.token = *Token::Parse(token);
    return options;
  }
  absl::StatusOr<std::unique_ptr<RemoteModel>> Connect(
      const ConnectOptions& connect) {
    RemoteModelOptions options;
    options.connect = connect;
    return RemoteModel::Connect(address_, options);
  }

  const TestAuthority authority_{"ours"};
  std::unique_ptr<ModelServer> server_;
  std::thread serving_;
  Address address_;
};

TEST_F(ModelTokenTest, AClientThatHasItIsServed) {
  const auto model = Connect(ClientWith(kToken));
  RLMESH_ASSERT_OK(model);
  EnvContract contract;
  contract.id = "Test-v0";
  contract.action_space = DiscreteSpace(4);
  contract.observation_space = DiscreteSpace(4);
  RLMESH_EXPECT_OK((*model)->Open("route", contract));
  RLMESH_EXPECT_OK((*model)->CloseRoute("route"));
}

TEST_F(ModelTokenTest, AClientWithoutItIsToldToBringIt) {
  EXPECT_THAT(Connect(ClientWith("")),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       AllOf(HasSubstr(address_.ToString()),
                             HasSubstr("invalid model token"),
                             HasSubstr("--token_file"))));
}

TEST_F(ModelTokenTest, AClientWithAnotherOneIsToldSoAndNotWhich) {
  EXPECT_THAT(
      Connect(ClientWith("a-secret")),
      StatusIs(absl::StatusCode::kUnauthenticated,
               AllOf(HasSubstr("another one"), Not(HasSubstr("a-secret")))));
}

TEST_F(ModelTokenTest, AClientWithoutACertificateDoesNotGetThatFar) {
  ConnectOptions options = ClientWith(kToken);
  options.security.tls->identity.reset();
  EXPECT_THAT(Connect(options), StatusIs(absl::StatusCode::kUnauthenticated,
                                         HasSubstr("wants a certificate")));
}

TEST_F(ModelTokenTest, EveryCallIsChecked) {
  const auto channel = ConnectChannel(address_, ClientWith(""));
  RLMESH_ASSERT_OK(channel);
  const auto stub = model::v1::ModelService::NewStub(*channel);
  const auto refused =
      StatusIs(absl::StatusCode::kUnauthenticated, "invalid model token");
  const auto prepare = [](grpc::ClientContext* context) {
    context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    context->AddMetadata("authorization", "Bearer 0123456789abcdef");
  };
  {
    grpc::ClientContext context;
    prepare(&context);
    model::v1::HandshakeResponse response;
    EXPECT_THAT(FromGrpcStatus(stub->Handshake(
                    &context, model::v1::HandshakeRequest(), &response)),
                refused);
  }
  {
    grpc::ClientContext context;
    prepare(&context);
    EXPECT_THAT(FromGrpcStatus(stub->Join(&context)->Finish()), refused);
  }
  {
    grpc::ClientContext context;
    prepare(&context);
    model::v1::ShutdownRequest request;
    request.mutable_base()->set_reason("test");
    model::v1::ShutdownResponse response;
    EXPECT_THAT(FromGrpcStatus(stub->Shutdown(&context, request, &response)),
                refused);
  }
}

}  // namespace
}  // namespace rlmesh
