// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A real server of scripted environments, in the test's own process.

#ifndef RLMESH_ENV_TESTING_IN_PROCESS_ENV_SERVER_H_
#define RLMESH_ENV_TESTING_IN_PROCESS_ENV_SERVER_H_

#include <memory>
#include <thread>

#include "rlmesh/base/temp_dir.h"
#include "rlmesh/env/env_server.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

// Serves on a Unix socket in a folder of its own, from construction to
// destruction; fails the process when it cannot start.
//
// Example:
//   Script script;
//   InProcessEnvServer server(std::make_unique<ScriptedFactory>(&script));
//   RemoteEnvironmentFactory::Connect(server.address(), {});
class InProcessEnvServer {
 public:
  // `options.listen` is filled in.
  explicit InProcessEnvServer(std::unique_ptr<EnvironmentFactory> factory,
                              EnvServerOptions options = EnvServerOptions());
  ~InProcessEnvServer();

  const Address& address() const { return address_; }

  // Asks it to stop, and waits until Serve has returned.
  void Stop();
  // Waits until Serve has returned by itself.
  void AwaitEnd();

 private:
  TempDir dir_;
  Address address_;
  std::unique_ptr<EnvServer> server_;
  std::thread thread_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_TESTING_IN_PROCESS_ENV_SERVER_H_
