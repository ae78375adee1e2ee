// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A model, listening.

#ifndef RLMESH_MODEL_MODEL_SERVER_H_
#define RLMESH_MODEL_MODEL_SERVER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rlmesh/model/model.h"
#include "rlmesh/model/model_service.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/grpc_server.h"
#include "rlmesh/transport/server_loop.h"

namespace rlmesh {

struct ModelServerOptions {
  GrpcServerOptions listen;
  ModelServiceOptions service;
  ServerLoopOptions loop;

  // Names the option and its value.
  absl::Status Validate() const;
};

// Serves a model from Start until it is asked to stop: by Stop, by a client
// (where allowed), or by its idle timeout. Thread-safe.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto server,
//                           ModelServer::Start(std::move(model), options));
//   std::cout << "READY " << server->address().ToString() << std::endl;
//   server->Serve();
class ModelServer {
 public:
  // The listener is open when this returns.
  static absl::StatusOr<std::unique_ptr<ModelServer>> Start(
      std::unique_ptr<Model> model, const ModelServerOptions& options);

  // Stops without waiting for running calls of clients, but for the model's.
  ~ModelServer();

  // With the port that the system picked.
  const Address& address() const { return server_->address(); }

  // Waits until the server is to stop, then drains it (ServerLoop). Call it
  // once.
  void Serve();

  // Makes Serve return, after draining. Never blocks; idempotent.
  void Stop() { loop_.Stop(); }
  // As Stop, and running calls are cancelled at once.
  void StopNow() { loop_.StopNow(); }

 private:
  ModelServer(std::unique_ptr<Model> model, const ModelServerOptions& options);

  ServerLoop loop_;
  // Destroyed from the last to the first.
  std::unique_ptr<Model> model_;
  ModelService service_;
  std::unique_ptr<GrpcServer> server_;
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_MODEL_SERVER_H_
