// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A prediction that is made while the environment steps.

#ifndef RLMESH_DRIVER_SIDES_PREFETCH_H_
#define RLMESH_DRIVER_SIDES_PREFETCH_H_

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/optional.h"
#include "rlmesh/model/model.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// Asks a model in a thread of its own, one prediction at a time. Between Start
// and the end of Take or Drop nobody else may call the model for that route.
// One thread at a time.
//
// Example:
//   prefetch.Start(request);  // with the observation of now
//   environment->Step(step, &transition);
//   RLMESH_RETURN_IF_ERROR(prefetch.Take(&prediction));
class Prefetch {
 public:
  // `model` is borrowed. Starts the thread.
  explicit Prefetch(Model* model);
  // Waits for a prediction that is under way.
  ~Prefetch();
  // Not movable: the thread refers to it.
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  // Whether there is a prediction to be taken, now or later.
  bool is_pending() const { return is_pending_; }

  // Begins to predict for one episode; returns at once. The route must outlive
  // the prediction, the rest of `request` is copied. Nothing may be pending.
  void Start(const PredictRequest& request);

  // Waits for the prediction, which is the model's until its next call.
  absl::Status Take(Prediction* prediction);

  // Waits for it, and does without.
  void Drop();

 private:
  void Work();

  Model* const model_;
  bool is_pending_ = false;

  absl::Mutex mu_;
  bool is_asked_ ABSL_GUARDED_BY(mu_) = false;     // the thread's turn
  bool is_answered_ ABSL_GUARDED_BY(mu_) = false;  // ours
  bool ends_ ABSL_GUARDED_BY(mu_) = false;

  // Theirs whose turn it is.
  PredictRequest request_;
  ValueBuffer observation_;
  EpisodeRow row_;
  Prediction prediction_;
  absl::Status status_;

  std::thread thread_;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_SIDES_PREFETCH_H_
