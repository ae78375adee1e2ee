// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/server_loop.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/clock.h"

namespace rlmesh {
namespace {

// For what is left after streams ended: handshakes, health checks.
constexpr absl::Duration kLastCalls = absl::Seconds(1);

}  // namespace

absl::Status ServerLoopOptions::Validate() const {
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
  return absl::OkStatus();
}

ServerLoop::ServerLoop(const ServerLoopOptions& options) : options_(options) {}

bool ServerLoop::ShouldStop(const Drainable& service, absl::Duration* wait) {
  *wait = absl::InfiniteDuration();
  if (stop_) return true;
  if (options_.idle_timeout == absl::InfiniteDuration()) return false;
  const absl::Duration left = options_.idle_timeout - service.IdleFor();
  if (left <= absl::ZeroDuration()) {
    LOG(INFO) << "no request for "
              << absl::FormatDuration(options_.idle_timeout) << ": stopping";
    return true;
  }
  *wait = left;
  return false;
}

void ServerLoop::Serve(GrpcServer* server, Drainable* service) {
  {
    absl::MutexLock lock(&mu_);
    absl::Duration wait;
    while (!ShouldStop(*service, &wait)) {
      changed_.WaitUntil(&mu_, SteadyNow() + wait);
    }
  }
  LOG(INFO) << "draining";
  server->Drain();
  service->Drain();
  {
    absl::MutexLock lock(&mu_);
    draining_ = service;
    if (now_) service->CancelAll();
  }
  service->AwaitIdle(SteadyNow() + options_.drain_timeout);
  service->CancelAll();
  server->Shutdown(kLastCalls);
  absl::MutexLock lock(&mu_);
  draining_ = nullptr;
}

void ServerLoop::Stop() {
  absl::MutexLock lock(&mu_);
  stop_ = true;
  changed_.SignalAll();
}

void ServerLoop::StopNow() {
  absl::MutexLock lock(&mu_);
  stop_ = now_ = true;
  changed_.SignalAll();
  if (draining_ != nullptr) draining_->CancelAll();
}

}  // namespace rlmesh
