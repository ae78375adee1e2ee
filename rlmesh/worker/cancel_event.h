// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#ifndef RLMESH_WORKER_CANCEL_EVENT_H_
#define RLMESH_WORKER_CANCEL_EVENT_H_

#include <atomic>
#include <memory>

#include "absl/status/statusor.h"
#include "rlmesh/base/fd.h"

namespace rlmesh {

// Ends a wait from another thread. Whoever waits polls fd(), and clears the
// event when it has seen it; a Set that comes between two waits ends the next
// one. Thread-safe.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto cancel, CancelEvent::Create());
//   worker->set_cancel(cancel.get());
//   ... in another thread: cancel->Set();
class CancelEvent {
 public:
  static absl::StatusOr<std::unique_ptr<CancelEvent>> Create();

  void Set();
  void Clear();
  bool is_set() const { return is_set_.load(std::memory_order_acquire); }
  int fd() const { return fd_.get(); }

 private:
  explicit CancelEvent(UniqueFd fd) : fd_(std::move(fd)) {}
  const UniqueFd fd_;
  std::atomic<bool> is_set_{false};
};

}  // namespace rlmesh

#endif  // RLMESH_WORKER_CANCEL_EVENT_H_
