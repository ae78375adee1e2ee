// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A thread that does one thing after the other.

#ifndef RLMESH_BASE_SERIAL_THREAD_H_
#define RLMESH_BASE_SERIAL_THREAD_H_

#include <deque>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rlmesh {

// Runs what is posted, in order, on a thread of its own. For calls that block,
// where the caller must not. The destructor runs what is still waiting and
// joins the thread, so it blocks as long as that takes; it must not run on this
// thread. Post may be called from any thread, also from this one, and never
// blocks.
//
// Example:
//   SerialThread strand;
//   strand.Post([this] { Handle(); });
class SerialThread {
 public:
  SerialThread() : thread_([this] { Run(); }) {}
  ~SerialThread();

  void Post(std::function<void()> task);

 private:
  void Run();

  absl::Mutex mu_;
  absl::CondVar posted_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mu_);
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_SERIAL_THREAD_H_
