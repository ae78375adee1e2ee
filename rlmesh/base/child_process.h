// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A child process with an owner.

#ifndef RLMESH_BASE_CHILD_PROCESS_H_
#define RLMESH_BASE_CHILD_PROCESS_H_

#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/base/fd.h"

namespace rlmesh {

// How a process ended.
struct ExitStatus {
  int code = 0;    // when signal is 0
  int signal = 0;  // that killed it; 0: it exited

  bool ok() const { return code == 0 && signal == 0; }
  // "exited with code 3", "was killed by signal 9 (Killed)"
  std::string ToString() const;
};

struct ChildProcessOptions {
  enum class Input { kNull, kInherit };
  enum class Output {
    kNull,
    kInherit,
    kCapture,  // kept as a tail and forwarded to `on_line`
  };
  struct PassedFd {
    int ours;    // borrowed: a copy goes to the child
    int theirs;  // its number there; 0, 1 and 2 replace the choice below
  };

  // Program and arguments. A program without a slash is looked up in PATH.
  std::vector<std::string> argv;
  // "NAME=value" each. Unset: our own environment.
  absl::optional<std::vector<std::string>> env;
  // More of them, in either case; they replace those of the same name.
  std::vector<std::string> added_env;
  // Empty: ours.
  std::string working_dir;

  // The child gets these, the three standard ones, and no other descriptor.
  std::vector<PassedFd> fds;
  Input standard_input = Input::kNull;
  Output standard_output = Output::kNull;
  Output standard_error = Output::kInherit;
  // How much captured output is kept: at least the last `tail_bytes`.
  size_t tail_bytes = 8192;
  // Called with every captured line (without its end; at most 4 KiB of it) on
  // the watching thread, with no lock held: while it blocks, nothing is read
  // from the child, and no KillAt comes due. Lines are dropped when it is
  // megabytes behind. Must not call the ChildProcess. May be null.
  std::function<void(absl::string_view line)> on_line;

  // Sent to the child when we end, however we end; 0: none. Children of the
  // child do not get it.
  int parent_death_signal = SIGKILL;
  // The child leads a process group: its own children can be ended with it, and
  // a Ctrl-C at the terminal does not reach it.
  bool new_process_group = true;
};

// Owns one child process, from Start to the destructor, which kills it (with
// its process group when it leads one) and leaves no zombie. The process id
// stays reserved until then, so a signal never hits a stranger.
//
// Thread-safe. A thread of its own keeps captured output moving, so that the
// child never blocks on it, and runs KillAt. Starting costs about a
// millisecond; the methods below do not block, except Wait, Stop and the
// destructor. Nobody else in the process may wait for children in general
// (waitpid(-1), ignored SIGCHLD): exits would be lost.
//
// Example:
//   ChildProcessOptions options;
//   options.argv = {"python3", "-c", "print(1)"};
//   RLMESH_ASSIGN_OR_RETURN(auto child, ChildProcess::Start(options));
//   RLMESH_ASSIGN_OR_RETURN(ExitStatus exit,
//                           child->Wait(SteadyNow() + absl::Seconds(5)));
class ChildProcess {
 public:
  // NotFound or PermissionDenied naming the program when it cannot be started.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      ChildProcessOptions options);

  // Not movable: the watching thread holds this.
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Kills what still runs, at once. A process that even then does not end, held
  // in the kernel, is left to a thread after ten seconds.
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  // Becomes readable when the child has ended: for poll. Owned by this.
  int pidfd() const { return pidfd_.get(); }

  // How it ended, or nothing while it runs.
  absl::optional<ExitStatus> exit_status() const;

  // Waits for the end. DeadlineExceeded when it still runs at `deadline`.
  absl::StatusOr<ExitStatus> Wait(absl::Time deadline) const;

  // Sends `signal` to the child alone, or to its whole process group. No effect
  // once it has ended (the group: once nobody of it is left).
  void Signal(int signal);
  void SignalGroup(int signal);

  // SIGTERM, then SIGKILL to the group after `grace`; waits for the end.
  ExitStatus Stop(absl::Duration grace);

  // Kills the group at `time`, unless CancelKill was called before or `unless`
  // (may be null) returns true at that time. `unless` runs on the watching
  // thread and must not call this object. A second call replaces the first.
  // Once CancelKill has returned, the kill does not happen.
  void KillAt(absl::Time time, std::function<bool()> unless = nullptr);
  void CancelKill();

  // The end of the captured output, whole lines where there are any. Contains
  // everything the child wrote before it ended, when it has ended.
  std::string OutputTail() const;

 private:
  ChildProcess(ChildProcessOptions options, pid_t pid, UniqueFd pidfd,
               UniqueFd output, UniqueFd wake);
  void Watch();
  void Wake() const;
  void Drain() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Take(absl::string_view text) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Forward();

  const ChildProcessOptions options_;
  const pid_t pid_;
  const UniqueFd pidfd_;
  const UniqueFd wake_;  // eventfd: tells Watch to look again
  mutable absl::Mutex mu_;
  mutable UniqueFd output_ ABSL_GUARDED_BY(mu_);  // closed at its end
  mutable std::string tail_ ABSL_GUARDED_BY(mu_);
  mutable std::string line_ ABSL_GUARDED_BY(mu_);  // begun, not ended
  mutable std::vector<std::string> lines_ ABSL_GUARDED_BY(mu_);  // to forward
  mutable size_t lines_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Time kill_at_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
  std::function<bool()> unless_ ABSL_GUARDED_BY(mu_);
  int kill_epoch_ ABSL_GUARDED_BY(mu_) = 0;  // of the last KillAt or CancelKill
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread watcher_;
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_CHILD_PROCESS_H_
