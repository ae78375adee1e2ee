// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/sides/prefetch.h"

#include <utility>

#include "absl/types/span.h"

namespace rlmesh {

Prefetch::Prefetch(Model* model) : model_(model), thread_([this] { Work(); }) {}

Prefetch::~Prefetch() {
  Drop();
  {
    absl::MutexLock lock(&mu_);
    ends_ = true;
  }
  thread_.join();
}

void Prefetch::Work() {
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return is_asked_ || ends_;
  };
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&ready));
      if (!is_asked_) return;
      is_asked_ = false;
    }
    prediction_.frames.clear();
    status_ = model_->Predict(request_, &prediction_);
    absl::MutexLock lock(&mu_);
    is_answered_ = true;
  }
}

void Prefetch::Start(const PredictRequest& request) {
  request_ = request;
  observation_.Assign(request.observations);
  request_.observations = observation_.view();
  row_ = request.episodes[0];
  request_.episodes = absl::MakeConstSpan(&row_, 1);
  is_pending_ = true;
  absl::MutexLock lock(&mu_);
  is_asked_ = true;
}

absl::Status Prefetch::Take(Prediction* prediction) {
  {
    absl::MutexLock lock(&mu_);
    mu_.Await(absl::Condition(&is_answered_));
    is_answered_ = false;
  }
  is_pending_ = false;
  std::swap(*prediction, prediction_);
  return std::move(status_);
}

void Prefetch::Drop() {
  if (!is_pending_) return;
  Prediction unused;
  Take(&unused).IgnoreError();
}

}  // namespace rlmesh
