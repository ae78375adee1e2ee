// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A server in a sandbox made of processes.

#ifndef RLMESH_LAUNCH_PROCESS_SANDBOX_H_
#define RLMESH_LAUNCH_PROCESS_SANDBOX_H_

#include <sys/types.h>

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
#include "rlmesh/cleanup/lease.h"

namespace rlmesh {

struct ProcessSandboxOptions {
  // The server: its path and arguments. --address=unix:///... and --ready_fd=N
  // are added.
  std::vector<std::string> server;
  // For people: "CartPole-v1".
  std::string what;
  // What the server reads that may lie in somebody's home folder or in /tmp:
  // interpreters, their environments. The server itself need not be named.
  std::vector<std::string> read_only;
  // Whether bubblewrap is used where it works.
  bool use_bubblewrap = true;
  // From the start of the process to its READY line.
  absl::Duration start_timeout = absl::Seconds(30);
  // Empty: the folder "leases" of CacheFolder.
  std::string leases_folder;
  // Stops the start when it becomes readable; -1: never. Borrowed.
  int cancel_fd = -1;
  // Told, from any thread, what takes the time. May be null.
  std::function<void(absl::string_view)> on_progress;
};

// Owns a server that listens on a Unix socket in a private folder, from Start
// to Stop or the destructor. In bubblewrap it sees the machine read-only, no
// network, no home folder, nothing of /tmp and no process but its own. Without,
// it is an ordinary process of ours with a home folder of its own: isolation()
// says which. Either way it gets few of our environment variables, ends when we
// do, and is named in a lease, so that nothing outlives a kill.
//
// Thread-safe, as far as Stop comes once.
//
// Example:
//   ProcessSandboxOptions options;
//   options.server = {env_server, "--gym=CartPole-v1"};
//   RLMESH_ASSIGN_OR_RETURN(auto sandbox, ProcessSandbox::Start(options));
//   Connect(sandbox->address());
class ProcessSandbox {
 public:
  // Blocks until the server says READY. When it ends before, the error is the
  // server's own last word, with the end of its log in
  // ErrorDetails::traceback; DeadlineExceeded past the timeout; Cancelled.
  static absl::StatusOr<std::unique_ptr<ProcessSandbox>> Start(
      const ProcessSandboxOptions& options);

  // Not movable: threads of the child refer to it.
  ProcessSandbox(const ProcessSandbox&) = delete;
  ProcessSandbox& operator=(const ProcessSandbox&) = delete;

  ~ProcessSandbox();

  // "unix:///tmp/rlmesh-sandbox-.../s"
  const std::string& address() const { return address_; }

  // "bubblewrap", or "none (bubblewrap is not installed)".
  const std::string& isolation() const { return isolation_; }

  // The end of what the server wrote.
  std::string LogTail() const { return child_->OutputTail(); }

  // Nothing while the server runs.
  absl::optional<ExitStatus> exit_status() const {
    return child_->exit_status();
  }

  // DeadlineExceeded when the server still runs at `deadline`.
  absl::StatusOr<ExitStatus> WaitForEnd(absl::Time deadline) const {
    return child_->Wait(deadline);
  }

  // SIGTERM to the server, a kill after `grace`; then the folder and the lease
  // go. Blocks for `grace` and a second at most. Idempotent.
  absl::Status Stop(absl::Duration grace);

 private:
  ProcessSandbox() = default;
  absl::Status StartServer(const ProcessSandboxOptions& options,
                           const std::string& bwrap);
  absl::Status AwaitReady(const ProcessSandboxOptions& options);
  absl::Status ExplainEnd(const ProcessSandboxOptions& options) const;
  void TerminateServer() const;

  std::unique_ptr<Lease> lease_;
  std::string folder_;
  std::string address_;
  std::string isolation_;
  UniqueFd ready_;      // where the server says READY
  UniqueFd info_;       // where bubblewrap says which process it made
  pid_t inner_ = 0;     // that process, bubblewrap's init; 0: there is none
  UniqueFd inner_end_;  // its pidfd: readable when all in the sandbox has ended
  std::unique_ptr<ChildProcess> child_;
};

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_PROCESS_SANDBOX_H_
