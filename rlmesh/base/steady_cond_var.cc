// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/steady_cond_var.h"

#include <algorithm>
#include <chrono>

#include "rlmesh/base/clock.h"

namespace rlmesh {
namespace {

// What std::condition_variable_any wants of a lock.
class Lockable {
 public:
  explicit Lockable(absl::Mutex* mu) : mu_(mu) {}
  void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mu_->Lock(); }
  void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mu_->Unlock(); }

 private:
  absl::Mutex* const mu_;
};

// Longer waits overflow the clock's numbers.
constexpr absl::Duration kLongest = absl::Hours(24);

}  // namespace

void SteadyCondVar::Wait(absl::Mutex* mu) {
  Lockable lock(mu);
  changed_.wait(lock);
}

bool SteadyCondVar::WaitUntil(absl::Mutex* mu, absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) {
    Wait(mu);
    return false;
  }
  const absl::Duration left = deadline - SteadyNow();
  if (left <= absl::ZeroDuration()) return true;
  Lockable lock(mu);
  changed_.wait_until(lock,
                      std::chrono::steady_clock::now() +
                          absl::ToChronoNanoseconds(std::min(left, kLongest)));
  return SteadyNow() >= deadline;
}

}  // namespace rlmesh
