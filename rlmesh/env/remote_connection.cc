// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/remote_connection.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/editions.h"
#include "rlmesh/transport/grpc_status.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {

absl::StatusOr<std::shared_ptr<const RemoteConnection>>
RemoteConnection::Connect(const Address& address, const RemoteOptions& options,
                          Cancellation* cancellation) {
  RLMESH_RETURN_IF_ERROR(
      CheckDeclaredEdition("runtime", options.introduction.edition));
  std::shared_ptr<RemoteConnection> connection(
      new RemoteConnection(address, options));
  connection->options_.introduction.component = wire::kEnvComponent;
  RLMESH_ASSIGN_OR_RETURN(
      std::shared_ptr<grpc::Channel> channel,
      ConnectChannel(address, options.connect, cancellation));
  connection->stub_ = env::v1::EnvService::NewStub(channel);
  RLMESH_RETURN_IF_ERROR(connection->Shake(cancellation));
  return std::shared_ptr<const RemoteConnection>(std::move(connection));
}

absl::Status RemoteConnection::Shake(Cancellation* cancellation) {
  grpc::ClientContext context;
  context.set_deadline(
      absl::ToChronoTime(absl::Now() + options_.connect.timeout));
  const Token& token = options_.connect.security.token;
  token.AddTo(&context);
  env::v1::HandshakeRequest request;
  *request.mutable_base() = MakeHandshakeRequest(options_.introduction);
  env::v1::HandshakeResponse response;
  const Cancellation::Callback cancel(cancellation,
                                      [&context] { context.TryCancel(); });
  const absl::Status status =
      FromGrpcStatus(stub_->Handshake(&context, request, &response));
  if (absl::IsCancelled(status)) return status;
  if (absl::IsUnauthenticated(status)) {
    return token.ExplainRefusal(status, address_);
  }
  if (!status.ok()) {
    return ExplainHandshakeError(status, address_, wire::kEnvService);
  }
  if (!response.has_base()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "handshake failed: handshake response missing base (server ",
        address_.ToString(), ")"));
  }
  RLMESH_RETURN_IF_ERROR(CheckHandshake(response.base(), address_));
  const absl::StatusOr<std::vector<std::string>> pins =
      SelectEditions({OfferOf(response.base(), "env")},
                     OurEditions("runtime", options_.introduction.edition));
  if (!pins.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("handshake failed: ", pins.status().message(), " (env ",
                     address_.ToString(), ")"));
  }
  edition_ = pins->front();
  absl::StatusOr<EnvContract> contract =
      EnvContract::FromProto(response.env_contract());
  if (!contract.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("handshake failed: invalid contract from ",
                     address_.ToString(), ": ", contract.status().message()));
  }
  if (contract->autoreset_mode == AutoresetMode::kSameStep) {
    return absl::FailedPreconditionError(absl::StrCat(
        "handshake failed: the environment at ", address_.ToString(),
        " resets within the step that ends an episode (SAME_STEP), which no "
        "runtime supports"));
  }
  contract_ = *std::move(contract);
  handshake_ = std::move(*response.mutable_base());
  return absl::OkStatus();
}

absl::StatusOr<bool> RemoteConnection::Shutdown(
    absl::string_view reason) const {
  grpc::ClientContext context;
  context.set_deadline(
      absl::ToChronoTime(absl::Now() + options_.close_timeout));
  options_.connect.security.token.AddTo(&context);
  env::v1::ShutdownRequest request;
  request.mutable_base()->set_reason(std::string(reason));
  env::v1::ShutdownResponse response;
  RLMESH_RETURN_IF_ERROR(
      FromGrpcStatus(stub_->Shutdown(&context, request, &response)));
  return response.base().accepted();
}

}  // namespace rlmesh
