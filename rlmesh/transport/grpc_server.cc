// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/grpc_server.h"

#include <sys/stat.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/grpc.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server_builder.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/bind_probe.h"
#include "rlmesh/transport/grpc_runtime.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {

std::vector<std::pair<std::string, int>> ServerArguments() {
  return {
      {GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_KEEPALIVE_TIME_MS, 6000},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000},
      {GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0},
      {GRPC_ARG_ALLOW_REUSEPORT, 0},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 20000},
      // Books of every message, for a service that we do not offer.
      {GRPC_ARG_ENABLE_CHANNELZ, 0},
  };
}

GrpcServer::GrpcServer(Address address, SocketFile file,
                       std::unique_ptr<grpc::Server> server)
    : address_(std::move(address)),
      file_(std::move(file)),
      server_(std::move(server)) {}

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(
    const GrpcServerOptions& options, std::vector<HostedService> services) {
  RLMESH_RETURN_IF_ERROR(ProbeBind(options.address));
  PrepareGrpc();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  for (const auto& [name, value] : ServerArguments()) {
    builder.AddChannelArgument(name, value);
  }
  builder.SetMaxReceiveMessageSize(wire::kMaxMessageBytes);
  builder.SetMaxSendMessageSize(wire::kMaxMessageBytes);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  for (const HostedService& hosted : services) {
    builder.RegisterService(hosted.service);
  }
  const bool is_unix = options.address.kind() == Address::Kind::kUnix;
  Address bound = options.address;
  if (is_unix) {
    RLMESH_ASSIGN_OR_RETURN(
        bound, Address::ForBind(absl::StrCat(
                   "unix://", SocketFile::HiddenName(bound.path()))));
  }
  int port = 0;
  builder.AddListeningPort(bound.ListenTarget(),
                           MakeServerCredentials(options.tls), &port);
  std::unique_ptr<grpc::Server> server;
  {
    // No moment in which others could connect.
    const mode_t mask = is_unix ? umask(0177) : 0;
    const absl::Cleanup restore = [is_unix, mask] {
      if (is_unix) umask(mask);
    };
    server = builder.BuildAndStart();
  }
  if (server == nullptr || (!is_unix && port <= 0)) {
    return absl::UnavailableError(
        absl::StrCat("failed to bind ", options.address.ToString(),
                     ": somebody else took it in this moment; try again"));
  }
  SocketFile file;
  if (is_unix) {
    RLMESH_ASSIGN_OR_RETURN(
        file, SocketFile::Publish(bound.path(), options.address.path(),
                                  options.socket_mode));
  }
  for (const HostedService& hosted : services) {
    server->GetHealthCheckService()->SetServingStatus(hosted.name, true);
  }
  Address address = options.address;
  if (!is_unix) address = address.WithPort(port);
  return std::unique_ptr<GrpcServer>(
      new GrpcServer(std::move(address), std::move(file), std::move(server)));
}

GrpcServer::~GrpcServer() { Shutdown(absl::ZeroDuration()); }

void GrpcServer::Drain() {
  grpc::HealthCheckServiceInterface* health =
      server_ == nullptr ? nullptr : server_->GetHealthCheckService();
  if (health != nullptr) health->SetServingStatus(false);
}

void GrpcServer::Shutdown(absl::Duration grace) {
  if (server_ == nullptr) return;
  Drain();
  server_->Shutdown(
      absl::ToChronoTime(absl::Now() + std::min(grace, absl::Hours(24))));
  server_->Wait();
  server_.reset();
  file_.Remove();
}

}  // namespace rlmesh
