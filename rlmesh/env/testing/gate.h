// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A wait that a test ends.

#ifndef RLMESH_ENV_TESTING_GATE_H_
#define RLMESH_ENV_TESTING_GATE_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rlmesh {

// Closed until Open, which may come many times. Shared by a test and the
// functions it gives away, which may outlive it.
//
// Example:
//   const auto gate = std::make_shared<Gate>();
//   script.on_step = [gate](const StepRequest&) { gate->Await(); ... };
class Gate {
 public:
  void Open() {
    absl::MutexLock lock(&mu_);
    open_ = true;
  }
  void Await() {
    absl::MutexLock lock(&mu_);
    mu_.Await(absl::Condition(&open_));
  }

 private:
  absl::Mutex mu_;
  bool open_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_TESTING_GATE_H_
