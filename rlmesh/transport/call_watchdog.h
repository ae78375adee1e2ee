// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A deadline for each message of a synchronous stream.

#ifndef RLMESH_TRANSPORT_CALL_WATCHDOG_H_
#define RLMESH_TRANSPORT_CALL_WATCHDOG_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/base/steady_cond_var.h"

namespace rlmesh {

// gRPC has one deadline for a whole call; a stream that lives for hours needs
// one for each answer. A thread of the watchdog's own calls `expire` (which
// cancels the call) when the time given to Arm is over before Disarm.
//
// Arm and Disarm come in turn from one thread and cost a mutex each: the thread
// is not woken by deadlines later than the one it sleeps for. Ends its thread
// in the destructor.
//
// Example:
//   CallWatchdog watchdog([&context] { context.TryCancel(); });
//   watchdog.Arm(SteadyNow() + absl::Seconds(5));
//   const bool read = stream->Read(&response);
//   if (watchdog.Disarm()) return absl::DeadlineExceededError("...");
class CallWatchdog {
 public:
  // `expire` must not call the watchdog.
  explicit CallWatchdog(std::function<void()> expire);
  ~CallWatchdog();

  // A deadline of SteadyNow; infinite: none.
  void Arm(absl::Time deadline);

  // Whether the deadline passed since Arm; then `expire` has been called and
  // has returned.
  bool Disarm();

 private:
  void Watch();

  const std::function<void()> expire_;
  absl::Mutex mu_;
  absl::Time deadline_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
  // When the thread looks again; at or before deadline_.
  absl::Time wake_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
  bool expired_ ABSL_GUARDED_BY(mu_) = false;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  SteadyCondVar changed_;
  std::thread thread_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_CALL_WATCHDOG_H_
