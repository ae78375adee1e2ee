// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A Python process that runs the user's environment or policy.

#ifndef RLMESH_WORKER_WORKER_PROCESS_H_
#define RLMESH_WORKER_WORKER_PROCESS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/worker/cancel_event.h"
#include "rlmesh/worker/channel.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {

struct WorkerProcessOptions {
  // See FindInterpreter. Empty: found in the environment.
  std::string interpreter;
  // Modules are also imported from here. Empty: our own folder.
  std::string working_dir;
  // "NAME=value" each. Unset: our own.
  absl::optional<std::vector<std::string>> env;
  // Between the interrupt at a deadline and the kill.
  absl::Duration interrupt_grace = absl::Seconds(2);
  // Gets every line the user's code prints, from another thread; may be null.
  std::function<void(absl::string_view line)> on_line;
};

// Starts one worker and turns whatever becomes of it into a Status. Nothing the
// user's code does can harm the caller or keep it waiting past a deadline: a
// call that is late is answered at its deadline, the code is then interrupted
// (an exception in its main thread), and killed when that does not help.
//
// Errors of Call carry ErrorDetails, always with `recoverable`:
//   Internal          the code raised: "step failed: RuntimeError: boom" (of
//                     kPredict "RuntimeError: boom"), with its traceback; or
//                     the worker sent nonsense
//   Unavailable       the worker has ended; with the tail of its output
//   DeadlineExceeded  "env.step timed out after 100ms"
//   Cancelled         the cancel event was set
//   NotFound, InvalidArgument, FailedPrecondition
//                     set-up: the text says what the user can do
// After a late or a cancelled call the worker may still be busy: Settle. Once
// it has ended nothing but the destructor is of use.
//
// Calls come one at a time, from any thread. A round trip allocates nothing.
// The destructor kills at once.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto worker, WorkerProcess::Start({}));
//   RLMESH_ASSIGN_OR_RETURN(
//       Answer answer,
//       worker->Call(FrameKind::kSetup, EncodeTexts({{"gym", "CartPole-v1"}}),
//                    absl::Minutes(10)));
class WorkerProcess {
 public:
  // Returns as soon as the interpreter runs; kSetup is the first call.
  static absl::StatusOr<std::unique_ptr<WorkerProcess>> Start(
      const WorkerProcessOptions& options);

  // Kills the worker and what the user's code started, also in sessions of
  // their own, unless they wiped their environment (RLMESH_WORKER).
  ~WorkerProcess();

  // Not movable: a thread holds this.
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // One request and its answer, whose payload is valid until the next call.
  // `fd` goes with the request unless it is -1.
  absl::StatusOr<Answer> Call(FrameKind kind, absl::string_view payload,
                              absl::Duration timeout, int fd = -1) {
    RLMESH_RETURN_IF_ERROR(Begin(kind, /*flags=*/0, payload, timeout, fd));
    return Finish();
  }

  // Call in two halves, so that several workers do their parts at the same
  // time. After a Begin that is OK comes a Finish. `flags` are FrameHeader's.
  absl::Status Begin(FrameKind kind, uint8_t flags, absl::string_view payload,
                     absl::Duration timeout, int fd = -1);
  absl::StatusOr<Answer> Finish();
  // Ends the patience of the call that has begun: its Finish waits no longer.
  void Hurry() { deadline_ = absl::InfinitePast(); }

  // When the last call raised in some of the worker's lanes while the others
  // did their part: those lanes, in decimal, with spaces between. The worker is
  // not trusted: any text may stand here.
  const std::string& failed_lanes() const { return failed_lanes_; }

  // Whether it has ended, or no call can ever work again.
  bool has_ended() const;

  // Goes into errors about the process: "lanes 2 to 3: ". Empty: nothing.
  void set_subject(std::string subject) { subject_ = std::move(subject); }

  // Waits until an earlier, late call is over. Unavailable when the worker has
  // ended, by itself or because it did not heed the interrupt: cheap to ask
  // before a call that would be worth a new worker. `kind` is that call's, for
  // errors.
  absl::Status Settle(FrameKind kind, absl::Duration timeout);

  // Makes the running call, or else the next one, return Cancelled when it is
  // set. Borrowed; null: none. Set it between calls.
  void set_cancel(CancelEvent* cancel) { channel_.set_cancel(cancel); }

  // Where the worker looks which request an interrupt is meant for (8 bytes of
  // shared memory, SlotLayout::interrupted). Borrowed; must outlive this.
  void set_interrupted(char* word) { interrupted_word_ = word; }

  // Lets the user's code close itself and waits for the end of the process;
  // what takes longer than `timeout` is killed. Idempotent.
  absl::Status Close(absl::Duration timeout);

  // The error for an answer that does not fit: "step failed: ValueError:
  // <message>", with `subject` ("lane 2: ") before the type.
  static absl::Status WrongAnswer(FrameKind kind, absl::string_view message,
                                  absl::string_view subject = "");

  pid_t pid() const { return process_->pid(); }

 private:
  explicit WorkerProcess(Channel channel) : channel_(std::move(channel)) {}
  absl::Status AwaitOwed(FrameKind kind, absl::Duration timeout);
  absl::Status Failed(FrameKind kind, const absl::Status& status,
                      absl::Duration timeout);
  absl::Status Ended(FrameKind kind, absl::string_view reason);
  absl::Status Raised(FrameKind kind, absl::string_view payload);
  void Interrupt();

  Channel channel_;
  absl::Duration interrupt_grace_;
  char* interrupted_word_ = nullptr;
  bool interrupted_ = false;  // the owed call
  bool closed_ = false;
  std::string mark_;  // "NAME=value" in the environment of all its processes
  std::string subject_;
  // Of the call that has begun.
  FrameKind kind_ = FrameKind::kError;
  absl::Duration timeout_;
  absl::Time deadline_;
  std::string failed_lanes_;
  UniqueFd guard_;  // open as long as we live: the worker's guard looks at it
  std::unique_ptr<ChildProcess> process_;  // last: its thread uses channel_
};

}  // namespace rlmesh

#endif  // RLMESH_WORKER_WORKER_PROCESS_H_
