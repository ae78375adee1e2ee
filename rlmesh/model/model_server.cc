// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/model_server.h"

#include <utility>

#include "glog/logging.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/credentials/server_security.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {

absl::Status ModelServerOptions::Validate() const {
  RLMESH_RETURN_IF_ERROR(loop.Validate());
  return service.Validate();
}

ModelServer::ModelServer(std::unique_ptr<Model> model,
                         const ModelServerOptions& options)
    : loop_(options.loop),
      model_(std::move(model)),
      service_(model_.get(), options.service, [this] { loop_.Stop(); }) {}

absl::StatusOr<std::unique_ptr<ModelServer>> ModelServer::Start(
    std::unique_ptr<Model> model, const ModelServerOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<ModelServer> server(
      new ModelServer(std::move(model), options));
  RLMESH_ASSIGN_OR_RETURN(
      server->server_,
      GrpcServer::Start(options.listen,
                        {{wire::kModelService, &server->service_}}));
  WarnIfOpen(server->address(), options.listen.tls.has_value(),
             !options.service.token.empty());
  LOG(INFO) << "serving on " << server->address().ToString();
  return server;
}

ModelServer::~ModelServer() {
  service_.Drain();
  service_.CancelAll();
}

void ModelServer::Serve() { loop_.Serve(server_.get(), &service_); }

}  // namespace rlmesh
