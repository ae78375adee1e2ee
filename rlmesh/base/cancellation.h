// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Word that nobody wants the outcome any more.

#ifndef RLMESH_BASE_CANCELLATION_H_
#define RLMESH_BASE_CANCELLATION_H_

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"

namespace rlmesh {

// Set once, by any thread; whoever blocks leaves a callback here that ends its
// wait. Owned by the one who may lose interest (a session) and borrowed by the
// calls made for it. Thread-safe; no call blocks longer than the callbacks do.
//
// Example:
//   Cancellation::Callback end(cancellation, [&event] { event.Set(); });
//   ... wait for event or for what it is all about ...
//   if (cancellation->cancelled()) return absl::CancelledError("...");
class Cancellation {
 public:
  // Calls `run` at Cancel, from there, or in the constructor when that has
  // been. After the destructor it runs no more. `run` must neither block nor
  // use the cancellation.
  class Callback {
   public:
    // `cancellation` is borrowed; null: never.
    Callback(Cancellation* cancellation, std::function<void()> run);
    ~Callback();
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;

   private:
    friend class Cancellation;
    Cancellation* const cancellation_;
    const std::function<void()> run_;
  };

  void Cancel();
  bool cancelled() const;

 private:
  mutable absl::Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  absl::flat_hash_set<Callback*> callbacks_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_CANCELLATION_H_
