// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/cancellation.h"

#include <utility>

namespace rlmesh {

Cancellation::Callback::Callback(Cancellation* cancellation,
                                 std::function<void()> run)
    : cancellation_(cancellation), run_(std::move(run)) {
  if (cancellation_ == nullptr) return;
  absl::MutexLock lock(&cancellation_->mu_);
  cancellation_->callbacks_.insert(this);
  if (cancellation_->cancelled_) run_();
}

Cancellation::Callback::~Callback() {
  if (cancellation_ == nullptr) return;
  absl::MutexLock lock(&cancellation_->mu_);
  cancellation_->callbacks_.erase(this);
}

void Cancellation::Cancel() {
  absl::MutexLock lock(&mu_);
  if (cancelled_) return;
  cancelled_ = true;
  for (Callback* callback : callbacks_) callback->run_();
}

bool Cancellation::cancelled() const {
  absl::MutexLock lock(&mu_);
  return cancelled_;
}

}  // namespace rlmesh
