// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/testing/in_process_env_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace rlmesh {

InProcessEnvServer::InProcessEnvServer(
    std::unique_ptr<EnvironmentFactory> factory, EnvServerOptions options)
    : dir_(*TempDir::Create("test")),
      address_(*Address::ForBind(absl::StrCat("unix://", dir_.path(), "/s"))) {
  options.listen.address = address_;
  absl::StatusOr<std::unique_ptr<EnvServer>> server =
      EnvServer::Start(std::move(factory), options);
  CHECK(server.ok()) << server.status();
  server_ = *std::move(server);
  thread_ = std::thread([this] { server_->Serve(); });
}

InProcessEnvServer::~InProcessEnvServer() {
  server_->StopNow();
  AwaitEnd();
}

void InProcessEnvServer::Stop() {
  server_->Stop();
  AwaitEnd();
}

void InProcessEnvServer::AwaitEnd() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace rlmesh
