// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/env_server.h"

#include <utility>

#include "glog/logging.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/credentials/server_security.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {

absl::Status EnvServerOptions::Validate() const {
  RLMESH_RETURN_IF_ERROR(loop.Validate());
  return service.Validate();
}

EnvServer::EnvServer(std::unique_ptr<EnvironmentFactory> factory,
                     const EnvServerOptions& options)
    : loop_(options.loop),
      factory_(std::move(factory)),
      service_(std::make_unique<EnvService>(factory_.get(), options.service,
                                            [this] { Stop(); })) {}

absl::StatusOr<std::unique_ptr<EnvServer>> EnvServer::Start(
    std::unique_ptr<EnvironmentFactory> factory,
    const EnvServerOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<EnvServer> server(new EnvServer(std::move(factory), options));
  RLMESH_ASSIGN_OR_RETURN(
      server->server_,
      GrpcServer::Start(options.listen,
                        {{wire::kEnvService, server->service_.get()}}));
  WarnIfOpen(server->address(), options.listen.tls.has_value(),
             !options.service.token.empty());
  LOG(INFO) << "serving " << server->factory_->contract().id << " on "
            << server->address().ToString();
  return server;
}

EnvServer::~EnvServer() {
  if (service_ == nullptr) return;
  service_->Drain();
  service_->CancelAll();
}

void EnvServer::Serve() {
  loop_.Serve(server_.get(), service_.get());
  service_.reset();  // waits for environments to end
  factory_.reset();
}

}  // namespace rlmesh
