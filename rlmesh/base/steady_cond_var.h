// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Waits that no calendar cuts short or draws out.

#ifndef RLMESH_BASE_STEADY_COND_VAR_H_
#define RLMESH_BASE_STEADY_COND_VAR_H_

#include <condition_variable>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace rlmesh {

// As absl::CondVar, but that deadlines are of SteadyNow (clock.h): those of
// absl are kept by the calendar, so that a wait of seconds takes an hour more
// when that is set back in the meantime. Thread-safe.
//
// Example:
//   absl::MutexLock lock(&mu_);
//   while (!done_ && !changed_.WaitUntil(&mu_, deadline)) {
//   }
class SteadyCondVar {
 public:
  // Unlocks `mu`, waits for a signal (or for nothing) and locks it again.
  void Wait(absl::Mutex* mu) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // As Wait, at most until `deadline`; infinite is allowed. Whether the
  // deadline has passed.
  bool WaitUntil(absl::Mutex* mu, absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  void Signal() { changed_.notify_one(); }
  void SignalAll() { changed_.notify_all(); }

 private:
  std::condition_variable_any changed_;
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_STEADY_COND_VAR_H_
