// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// From READY to the last call of a server.

#ifndef RLMESH_TRANSPORT_SERVER_LOOP_H_
#define RLMESH_TRANSPORT_SERVER_LOOP_H_

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/base/steady_cond_var.h"
#include "rlmesh/transport/grpc_server.h"

namespace rlmesh {

// A service whose streams can be ended in an orderly way. Thread-safe.
class Drainable {
 public:
  virtual ~Drainable() = default;

  // Refuses new streams, ends those that wait for their client, and lets a
  // running call answer before its stream ends. Does not wait.
  virtual void Drain() = 0;

  // Cancels what still runs.
  virtual void CancelAll() = 0;

  // Waits until no stream is left; false at `deadline` (of SteadyNow).
  virtual bool AwaitIdle(absl::Time deadline) = 0;

  // How long there has been no request; 0 while one is being answered.
  virtual absl::Duration IdleFor() const = 0;
};

struct ServerLoopOptions {
  // The server stops after this long without a request. Infinite: never.
  absl::Duration idle_timeout = absl::InfiniteDuration();
  // How long running calls may take to answer once the server stops; then they
  // are cancelled.
  absl::Duration drain_timeout = absl::Seconds(10);

  // Names the option and its value.
  absl::Status Validate() const;
};

// Waits until a server is to stop, then stops it: by Stop (a signal, a client
// that may) or by the idle timeout. Thread-safe.
//
// Example:
//   ServerLoop loop(options);
//   loop.Serve(server.get(), &service);  // until somebody calls loop.Stop()
class ServerLoop {
 public:
  explicit ServerLoop(const ServerLoopOptions& options);

  // Blocks. Then drains: health says so, idle streams end, running calls may
  // answer until the drain timeout, and the listener closes. Once.
  void Serve(GrpcServer* server, Drainable* service);

  // Makes Serve return, after draining. Never blocks; idempotent.
  void Stop();
  // As Stop, and running calls are cancelled at once.
  void StopNow();

 private:
  // Whether it is time to stop; otherwise ask again after `*wait`.
  bool ShouldStop(const Drainable& service, absl::Duration* wait)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const ServerLoopOptions options_;
  absl::Mutex mu_;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  bool now_ ABSL_GUARDED_BY(mu_) = false;
  Drainable* draining_ ABSL_GUARDED_BY(mu_) = nullptr;
  SteadyCondVar changed_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_SERVER_LOOP_H_
