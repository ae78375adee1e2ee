// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The Join streams of a server.

#ifndef RLMESH_TRANSPORT_JOIN_STREAMS_H_
#define RLMESH_TRANSPORT_JOIN_STREAMS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/serial_thread.h"
#include "rlmesh/base/steady_cond_var.h"
#include "rlmesh/transport/join_stream.h"
#include "rlmesh/transport/server_loop.h"

namespace rlmesh {

struct JoinStreamsOptions {
  // What serves them, as its clients read it: "environment server".
  std::string server;
  // How long a client may be silent before its first request, and later.
  // Infinite: for ever.
  absl::Duration first_request_timeout = absl::InfiniteDuration();
  absl::Duration session_timeout = absl::InfiniteDuration();
  const Clock* clock = Clock::Monotonic();  // not owned

  // Names the option and its value.
  absl::Status Validate() const;
};

// Knows the streams that live, drains and cancels them, ends those whose
// clients have been silent for too long, and tells for how long there was
// nothing to do. What a stream leaves behind is tidied up where it may block.
// Thread-safe; a timeout costs one thread.
//
// Example:
//   JoinStreams streams({"environment server"});
//   auto* reactor = new JoinReactor<Request, Response>(&streams, ...);
//   streams.Add(reactor);
class JoinStreams : public Drainable {
 public:
  explicit JoinStreams(JoinStreamsOptions options);
  // Cancels them all; waits until they and their sessions have ended.
  ~JoinStreams() override;

  const JoinStreamsOptions& options() const { return options_; }
  absl::Time Now() const { return options_.clock->Now(); }

  // Starts `stream`, or ends it when the server drains. At its end it calls
  // Forget and then Bury, once each.
  void Add(JoinStream* stream);

  // From now on nobody here uses `stream`.
  void Forget(JoinStream* stream);

  // Ends the session of a stream that was forgotten: here, or as the last task
  // of `strand` when there is one, without waiting for it.
  void Bury(std::unique_ptr<SerialThread> strand,
            std::function<void()> end_session);

  // A request was taken (+1) or answered (-1).
  void Busy(int change);

  void Drain() override;
  void CancelAll() override;
  bool AwaitIdle(absl::Time deadline) override;
  absl::Duration IdleFor() const override;

 private:
  // Ends silent streams until the destructor.
  void Watch();

  const JoinStreamsOptions options_;
  std::atomic<int> busy_{0};
  std::atomic<int64_t> last_request_;  // nanoseconds of the clock

  absl::Mutex mu_;
  SteadyCondVar changed_;  // streams_, unburied_ or ending_ has
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  absl::flat_hash_set<JoinStream*> streams_ ABSL_GUARDED_BY(mu_);
  int unburied_ ABSL_GUARDED_BY(mu_) = 0;

  std::thread watcher_;  // only with a timeout
  // Joins the threads of sessions that ended.
  SerialThread undertaker_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_JOIN_STREAMS_H_
