// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/environment_pool.h"

#include "absl/strings/str_cat.h"

namespace rlmesh {

EnvironmentPool::Lease& EnvironmentPool::Lease::operator=(
    Lease&& other) noexcept {
  if (this == &other) return *this;
  environment_.reset();
  if (pool_ != nullptr) pool_->Return();
  pool_ = std::exchange(other.pool_, nullptr);
  environment_ = std::move(other.environment_);
  return *this;
}

EnvironmentPool::Lease::~Lease() {
  environment_.reset();
  if (pool_ != nullptr) pool_->Return();
}

absl::StatusOr<EnvironmentPool::Lease> EnvironmentPool::Acquire(
    const CreateOptions& options) {
  {
    bool cancelled = false;  // under mu_
    Cancellation::Callback wake(options.cancellation, [this, &cancelled] {
      absl::MutexLock lock(&mu_);
      cancelled = true;
      changed_.SignalAll();
    });
    absl::MutexLock lock(&mu_);
    while (!HasRoom() && !cancelled &&
           !changed_.WaitUntil(&mu_, options.deadline)) {
    }
    if (cancelled) {
      return absl::CancelledError("the session ended before it began");
    }
    if (!HasRoom()) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "all ", factory_->max_environments(),
          " environments are in use; try again when a session has ended"));
    }
    ++live_;
  }
  absl::StatusOr<std::unique_ptr<Environment>> environment =
      factory_->Create(options);
  if (environment.ok()) return Lease(this, *std::move(environment));
  Return();
  return environment.status();
}

void EnvironmentPool::Return() {
  absl::MutexLock lock(&mu_);
  --live_;
  changed_.SignalAll();
}

}  // namespace rlmesh
