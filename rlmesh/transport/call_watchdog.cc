// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/call_watchdog.h"

#include <utility>

#include "rlmesh/base/clock.h"

namespace rlmesh {

CallWatchdog::CallWatchdog(std::function<void()> expire)
    : expire_(std::move(expire)), thread_([this] { Watch(); }) {}

CallWatchdog::~CallWatchdog() {
  {
    absl::MutexLock lock(&mu_);
    stop_ = true;
    changed_.Signal();
  }
  thread_.join();
}

void CallWatchdog::Arm(absl::Time deadline) {
  absl::MutexLock lock(&mu_);
  expired_ = false;
  deadline_ = deadline;
  if (deadline_ < wake_) changed_.Signal();
}

bool CallWatchdog::Disarm() {
  absl::MutexLock lock(&mu_);
  deadline_ = absl::InfiniteFuture();
  return expired_;
}

void CallWatchdog::Watch() {
  absl::MutexLock lock(&mu_);
  while (!stop_) {
    if (deadline_ <= SteadyNow()) {
      deadline_ = absl::InfiniteFuture();
      expired_ = true;
      expire_();  // under the lock, so that Disarm waits for it
      continue;
    }
    wake_ = deadline_;
    changed_.WaitUntil(&mu_, wake_);
  }
}

}  // namespace rlmesh
