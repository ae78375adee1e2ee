// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A server that answers what a test wants, for tests of clients.

#ifndef RLMESH_ENV_TESTING_SCRIPTED_ENV_SERVICE_H_
#define RLMESH_ENV_TESTING_SCRIPTED_ENV_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rlmesh/base/temp_dir.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/grpc_server.h"

namespace rlmesh {

// Listens on a Unix socket of its own from construction to destruction. By
// default a proper server of SimpleContract() that answers every request with
// an empty message of its kind. Set members before clients come.
//
// Example:
//   ScriptedEnvService server;
//   server.answer = [](const JoinRequest& request, JoinResponse* response) {
//     response->mutable_step()->add_rewards(1);
//     return true;
//   };
class ScriptedEnvService : public env::v1::EnvService::Service {
 public:
  ScriptedEnvService();
  ~ScriptedEnvService() override;

  const Address& address() const { return server_->address(); }

  env::v1::HandshakeResponse handshake;
  grpc::Status handshake_status;

  // Called for every request but configure, with a response of the right kind
  // and id. False ends the stream with `join_status` instead.
  std::function<bool(const env::v1::JoinRequest&, env::v1::JoinResponse*)>
      answer;
  // The same for configure.
  std::function<bool(const env::v1::JoinRequest&, env::v1::JoinResponse*)>
      configure;
  grpc::Status join_status;
  // Whether response headers are sent at once.
  bool sends_headers = true;

  // What configure requests pinned, and how many streams there were.
  std::vector<std::string> pins;
  int joins = 0;

  grpc::Status Handshake(grpc::ServerContext* context,
                         const env::v1::HandshakeRequest* request,
                         env::v1::HandshakeResponse* response) override;
  grpc::Status Join(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<env::v1::JoinResponse, env::v1::JoinRequest>*
          stream) override;

 private:
  TempDir dir_;
  std::unique_ptr<GrpcServer> server_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_TESTING_SCRIPTED_ENV_SERVICE_H_
