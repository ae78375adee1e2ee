// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// An environment, listening.

#ifndef RLMESH_ENV_ENV_SERVER_H_
#define RLMESH_ENV_ENV_SERVER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rlmesh/env/env_service.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/grpc_server.h"
#include "rlmesh/transport/server_loop.h"

namespace rlmesh {

struct EnvServerOptions {
  GrpcServerOptions listen;
  EnvServiceOptions service;
  ServerLoopOptions loop;

  // Names the option and its value.
  absl::Status Validate() const;
};

// Serves the environments of a factory from Start until it is asked to stop: by
// Stop, by a client (where allowed), or by its idle timeout. Thread-safe.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto server, EnvServer::Start(std::move(factory),
//                                                         options));
//   std::cout << "READY " << server->address().ToString() << std::endl;
//   server->Serve();
class EnvServer {
 public:
  // The listener is open when this returns.
  static absl::StatusOr<std::unique_ptr<EnvServer>> Start(
      std::unique_ptr<EnvironmentFactory> factory,
      const EnvServerOptions& options);

  // Stops without waiting for running calls.
  ~EnvServer();

  // With the port that the system picked.
  const Address& address() const { return server_->address(); }

  // Waits until the server is to stop, then drains it: health says so, idle
  // sessions end, running calls may answer until the drain timeout. All
  // environments have ended when it returns. Call it once.
  void Serve();

  // Makes Serve return, after draining. Never blocks; idempotent.
  void Stop() { loop_.Stop(); }
  // As Stop, and cancels running calls at once.
  void StopNow() { loop_.StopNow(); }

 private:
  EnvServer(std::unique_ptr<EnvironmentFactory> factory,
            const EnvServerOptions& options);

  ServerLoop loop_;
  // Destroyed from the last to the first.
  std::unique_ptr<EnvironmentFactory> factory_;
  std::unique_ptr<EnvService> service_;
  std::unique_ptr<GrpcServer> server_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_ENV_SERVER_H_
