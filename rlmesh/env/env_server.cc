// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/env_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "glog/logging.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

// For what is left after sessions ended: handshakes, health checks.
constexpr absl::Duration kLastCalls = absl::Seconds(1);

}  // namespace

absl::Status EnvServerOptions::Validate() const {
  if (idle_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("idle_timeout is ", absl::FormatDuration(idle_timeout),
                     "; it must be more than 0"));
  }
  if (drain_timeout < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("drain_timeout is ", absl::FormatDuration(drain_timeout),
                     "; it must not be negative"));
  }
  return service.Validate();
}

EnvServer::EnvServer(std::unique_ptr<EnvironmentFactory> factory,
                     const EnvServerOptions& options)
    : options_(options),
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
  LOG(INFO) << "serving " << server->factory_->contract().id << " on "
            << server->address().ToString();
  return server;
}

EnvServer::~EnvServer() {
  if (service_ == nullptr) return;
  service_->Drain();
  service_->CancelAll();
}

bool EnvServer::ShouldStop(absl::Time* again) {
  *again = absl::InfiniteFuture();
  if (stop_) return true;
  if (options_.idle_timeout == absl::InfiniteDuration()) return false;
  const absl::Duration left = options_.idle_timeout - service_->IdleFor();
  if (left <= absl::ZeroDuration()) {
    LOG(INFO) << "no request for "
              << absl::FormatDuration(options_.idle_timeout) << ": stopping";
    return true;
  }
  *again = absl::Now() + left;
  return false;
}

void EnvServer::Serve() {
  {
    absl::MutexLock lock(&mu_);
    absl::Time again;
    while (!ShouldStop(&again)) changed_.WaitWithDeadline(&mu_, again);
  }
  LOG(INFO) << "draining";
  server_->Drain();
  service_->Drain();
  service_->AwaitIdle(absl::Now() + options_.drain_timeout);
  service_->CancelAll();
  server_->Shutdown(kLastCalls);
  {
    absl::MutexLock lock(&mu_);
    ended_ = true;
  }
  service_.reset();
  factory_.reset();
}

void EnvServer::Stop() {
  absl::MutexLock lock(&mu_);
  stop_ = true;
  changed_.SignalAll();
}

void EnvServer::StopNow() {
  absl::MutexLock lock(&mu_);
  stop_ = true;
  changed_.SignalAll();
  if (!ended_) service_->CancelAll();
}

}  // namespace rlmesh
