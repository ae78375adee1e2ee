// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Who may call what takes one call at a time.

#ifndef RLMESH_MODEL_CALL_TURNS_H_
#define RLMESH_MODEL_CALL_TURNS_H_

#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/base/steady_cond_var.h"
#include "rlmesh/worker/cancel_event.h"

namespace rlmesh {

// Gives the turn to one thread after the other, in the order in which they
// asked. A call that is cancelled leaves the queue; when it has the turn, an
// event is set that its wait is to end by, and the turn is over when its thread
// has seen that. Thread-safe; a turn that need not be waited for costs two
// mutexes and no memory.
//
// Example:
//   CallTurns turns(event.get());
//   CallTurns::Turn turn(&turns, request.cancellation);
//   RLMESH_RETURN_IF_ERROR(turn.Take(absl::Seconds(5)));
//   ... call, wait for the answer or for event->fd() ...
class CallTurns {
 public:
  // `running` is borrowed: set for whoever has the turn, cleared before the
  // next turn.
  explicit CallTurns(CancelEvent* running) : running_(running) {}

  // Of one call in one thread: from Take to the destructor.
  class Turn {
   public:
    // Both are borrowed; a null `cancellation`: never.
    Turn(CallTurns* turns, Cancellation* cancellation);
    ~Turn();

    // Blocks. DeadlineExceeded when others were busy for `timeout`, Cancelled
    // when this was cancelled, or all; both are recoverable.
    absl::Status Take(absl::Duration timeout);

   private:
    friend class CallTurns;
    void Leave();

    CallTurns* const turns_;
    absl::optional<SteadyCondVar> told_ ABSL_GUARDED_BY(turns_->mu_);  // waits
    bool has_turn_ ABSL_GUARDED_BY(turns_->mu_) = false;
    bool left_ ABSL_GUARDED_BY(turns_->mu_) = false;
    absl::optional<Cancellation::Callback> callback_;
  };

  // Ends all calls, and those to come.
  void Cancel();

  // Calls in the queue.
  int waiting() const;

 private:
  void Give(Turn* turn) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  CancelEvent* const running_;
  mutable absl::Mutex mu_;
  bool busy_ ABSL_GUARDED_BY(mu_) = false;  // somebody has the turn
  std::deque<Turn*> waiting_ ABSL_GUARDED_BY(mu_);
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_CALL_TURNS_H_
