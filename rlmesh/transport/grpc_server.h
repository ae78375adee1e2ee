// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A listening gRPC server.

#ifndef RLMESH_TRANSPORT_GRPC_SERVER_H_
#define RLMESH_TRANSPORT_GRPC_SERVER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "grpcpp/server.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/credentials/server_security.h"
#include "rlmesh/transport/socket_file.h"

namespace rlmesh {

// What our servers ask of gRPC, as integer channel arguments:
//   no ping strikes, a ping every 10 s allowed  published clients ping idle
//     without data                                connections every 30 s, and
//                                                 gRPC's default hangs up
//   own ping after 6 s of silence, 10 s for     a host that died frees its
//     the answer                                  session within 20 s; idle
//                                                 clients may take 5 s
//   no port sharing                             a busy port is an error
//   20 s for the start of a connection          one that never says hello goes
std::vector<std::pair<std::string, int>> ServerArguments();

struct GrpcServerOptions {
  Address address;
  // Permission bits of a Unix socket's file. Default: only the user.
  int socket_mode = 0600;
  // Default: plain text.
  absl::optional<ServerTls> tls = absl::nullopt;
};

// A service and its full name, under which health checks find it.
struct HostedService {
  std::string name;
  grpc::Service* service;  // not owned; must outlive the server
};

// Listens from Start to Shutdown and answers grpc.health.v1.Health for the
// whole server and each service: serving until Drain. Messages up to 256 MiB,
// no compression. Methods may be called from any thread.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto server, GrpcServer::Start(
//       {address}, {{wire::kEnvService, &service}}));
//   LOG(INFO) << "serving on " << server->address().ToString();
class GrpcServer {
 public:
  // Errors are those of ProbeBind. While a Unix socket is made, the umask of
  // the process is changed: call it before threads make files.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const GrpcServerOptions& options, std::vector<HostedService> services);

  // Shuts down without waiting for calls.
  ~GrpcServer();

  // With the port that the system picked.
  const Address& address() const { return address_; }

  // Health says NOT_SERVING from now on; calls are still taken.
  void Drain();

  // Closes the listener, waits up to `grace` for calls in flight, cancels the
  // rest and returns when all are gone. The socket file is removed, unless a
  // successor's has taken its place. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  GrpcServer(Address address, SocketFile file,
             std::unique_ptr<grpc::Server> server);

  Address address_;
  SocketFile file_;  // of a Unix socket
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_GRPC_SERVER_H_
