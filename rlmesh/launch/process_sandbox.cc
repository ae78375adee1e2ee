// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/process_sandbox.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "glog/logging.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/poll_timeout.h"
#include "rlmesh/base/proc_table.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/json/json.h"
#include "rlmesh/launch/bubblewrap.h"
#include "rlmesh/launch/child_wait.h"
#include "rlmesh/launch/python_environment_variables.h"

namespace rlmesh {
namespace {

constexpr int kReadyFd = 3;
constexpr int kInfoFd = 4;
constexpr size_t kLogBytes = 65536;
constexpr size_t kMaxLine = 4096;
// After this long without READY the user is told what the server says.
constexpr absl::Duration kPatience = absl::Seconds(10);
// What was killed takes this long to end, at most.
constexpr absl::Duration kEndTime = absl::Seconds(1);

absl::Status MakePipe(UniqueFd* read_end, UniqueFd* write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe2");
  read_end->Reset(ends[0]);
  write_end->Reset(ends[1]);
  return absl::OkStatus();
}

std::string RealPath(const std::string& path) {
  char* real = realpath(path.c_str(), nullptr);
  std::string result = real == nullptr ? path : real;
  free(real);
  return result;
}

// The last word of a program of ours, as cli/command_line.h prints it:
// "env_server: message", then indented lines of detail. Empty when there is
// none.
struct LastWord {
  std::string message;
  std::string details;
};

LastWord LastWordOf(absl::string_view log, absl::string_view program) {
  LastWord word;
  for (absl::string_view line : absl::StrSplit(log, '\n')) {
    if (absl::ConsumePrefix(&line, absl::StrCat(program, ": "))) {
      word = {std::string(line), ""};
    } else if (absl::ConsumePrefix(&line, "    ")) {
      absl::StrAppend(&word.details, line, "\n");
    }
  }
  return word;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ProcessSandbox>> ProcessSandbox::Start(
    const ProcessSandboxOptions& options) {
  std::unique_ptr<ProcessSandbox> sandbox(new ProcessSandbox());
  std::string bwrap;
  sandbox->isolation_ = "none (switched off)";
  if (options.use_bubblewrap) {
    absl::StatusOr<std::string> found = FindBubblewrap(options.cancel_fd);
    if (absl::IsCancelled(found.status())) return found.status();
    sandbox->isolation_ =
        found.ok() ? "bubblewrap"
                   : absl::StrCat("none (", found.status().message(), ")");
    if (found.ok()) bwrap = *found;
  }
  RLMESH_ASSIGN_OR_RETURN(sandbox->lease_,
                          Lease::Take(options.leases_folder, options.what));
  RLMESH_ASSIGN_OR_RETURN(sandbox->folder_, sandbox->lease_->MakeFolder());
  RLMESH_RETURN_IF_ERROR(sandbox->StartServer(options, bwrap));
  RLMESH_RETURN_IF_ERROR(sandbox->AwaitReady(options));
  return sandbox;
}

ProcessSandbox::~ProcessSandbox() {
  if (absl::Status s = Stop(absl::Seconds(1)); !s.ok()) LOG(WARNING) << s;
}

absl::Status ProcessSandbox::StartServer(const ProcessSandboxOptions& options,
                                         const std::string& bwrap) {
  const std::string socket_folder = folder_ + "/s";
  const std::string home = folder_ + "/home";
  for (const std::string& path : {socket_folder, home}) {
    if (mkdir(path.c_str(), 0700) != 0) return absl::ErrnoToStatus(errno, path);
  }
  address_ = absl::StrCat("unix://", socket_folder, "/e");
  ChildProcessOptions child;
  child.argv = options.server;
  child.argv[0] = RealPath(child.argv[0]);
  child.argv.push_back(absl::StrCat("--address=", address_));
  child.argv.push_back(absl::StrCat("--ready_fd=", kReadyFd));
  child.env = SandboxVariables();
  child.env->push_back(lease_->variable());
  // What the environment prints, too: it is the end of this log that explains.
  if (getenv("RLMESH_LOG") == nullptr) {
    child.env->push_back("RLMESH_LOG=info");
  }
  child.env->push_back("PYTHONDONTWRITEBYTECODE=1");
  child.env->push_back(absl::StrCat("HOME=", home));
  child.env->push_back(absl::StrCat("TMPDIR=", home));
  child.working_dir = home;
  child.standard_output = ChildProcessOptions::Output::kCapture;
  child.standard_error = ChildProcessOptions::Output::kCapture;
  child.tail_bytes = kLogBytes;

  UniqueFd ready, info;
  RLMESH_RETURN_IF_ERROR(MakePipe(&ready_, &ready));
  child.fds.push_back({ready.get(), kReadyFd});
  if (!bwrap.empty()) {
    RLMESH_RETURN_IF_ERROR(MakePipe(&info_, &info));
    child.fds.push_back({info.get(), kInfoFd});
    BubblewrapView view;
    view.writable = {socket_folder};
    view.read_only = {child.argv[0]};
    for (const std::string& path : options.read_only) {
      view.read_only.push_back(RealPath(path));
    }
    child.argv = BubblewrapCommand(bwrap, view, kInfoFd, child.argv);
  }
  RLMESH_ASSIGN_OR_RETURN(child_, ChildProcess::Start(std::move(child)));
  return lease_->AddProcess(child_->pid());
}

absl::Status ProcessSandbox::AwaitReady(const ProcessSandboxOptions& options) {
  const absl::Time start = SteadyNow();
  const absl::Time deadline = start + options.start_timeout;
  absl::Time tell = start + kPatience;
  std::string line, info;
  while (true) {
    const absl::Time until = std::min(deadline, tell);
    pollfd fds[] = {{ready_.get(), POLLIN, 0},
                    {child_->pidfd(), POLLIN, 0},
                    {options.cancel_fd, POLLIN, 0},
                    {info_.get(), POLLIN, 0}};
    if (poll(fds, 4, PollTimeout(until)) < 0 && errno != EINTR) {
      return absl::ErrnoToStatus(errno, "poll");
    }
    if (fds[2].revents != 0) return CancelledByUser();
    char buffer[512];
    if (fds[3].revents != 0) {
      const ssize_t n = read(info_.get(), buffer, sizeof(buffer));
      if (n > 0) info.append(buffer, n);
      if (n <= 0 || info.size() > kMaxLine) info_.Reset();
      absl::StatusOr<Json> json = ParseJson(info);
      const Json* pid = json.ok() ? FindMember(*json, "child-pid") : nullptr;
      if (pid != nullptr && pid->is_number_unsigned() && inner_ == 0) {
        inner_ = *pid;
        inner_end_.Reset(syscall(SYS_pidfd_open, inner_, 0));
      }
    }
    if (fds[0].revents != 0) {
      const ssize_t n = read(ready_.get(), buffer, sizeof(buffer));
      if (n > 0) line.append(buffer, n);
      if (absl::StrContains(line, "\n")) {
        if (absl::StartsWith(line, "READY ")) return absl::OkStatus();
        return absl::InternalError(absl::StrCat(
            options.server[0], " said \"", LastLines(line, 1),
            "\" instead of READY; it is not the server of this release"));
      }
      if (n <= 0 || line.size() > kMaxLine) ready_.Reset();
    }
    if (fds[1].revents != 0) return ExplainEnd(options);
    if (SteadyNow() >= deadline) {
      absl::Status status = absl::DeadlineExceededError(
          absl::StrCat(options.what, " was not ready after ",
                       absl::FormatDuration(options.start_timeout),
                       "; allow more with --start_timeout"));
      SetErrorDetails({"", LastLines(LogTail(), 20), false}, &status);
      return status;
    }
    if (SteadyNow() >= tell) {
      tell = absl::InfiniteFuture();
      const std::string last = LastLines(LogTail(), 1);
      if (options.on_progress) {
        options.on_progress(
            absl::StrCat("still starting (up to ",
                         absl::FormatDuration(options.start_timeout),
                         ", see --start_timeout)",
                         last.empty() ? "" : "; its last line: ", last));
      }
    }
  }
}

absl::Status ProcessSandbox::ExplainEnd(
    const ProcessSandboxOptions& options) const {
  const absl::optional<ExitStatus> exit = child_->exit_status();
  const std::string log = LogTail();
  const std::string program =
      options.server[0].substr(options.server[0].rfind('/') + 1);
  LastWord word = LastWordOf(log, program);
  if (word.message.empty()) {
    word.message =
        absl::StrCat(options.what, " ended before it was ready: ", program, " ",
                     exit.has_value() ? exit->ToString() : "is gone");
    word.details = LastLines(log, 20);
  }
  absl::Status status = absl::FailedPreconditionError(word.message);
  if (!word.details.empty()) {
    SetErrorDetails({"", word.details, false}, &status);
  }
  return status;
}

void ProcessSandbox::TerminateServer() const {
  if (inner_ == 0) {
    child_->Signal(SIGTERM);
    return;
  }
  // bubblewrap passes no signals on: the server is the child of its init.
  for (const ProcessInfo& process : ProcTable().All()) {
    if (process.parent == inner_) kill(process.pid, SIGTERM);
  }
}

absl::Status ProcessSandbox::Stop(absl::Duration grace) {
  if (child_ != nullptr && !child_->exit_status().has_value()) {
    TerminateServer();
    if (!child_->Wait(SteadyNow() + grace).ok()) {
      child_->SignalGroup(SIGKILL);
      (void)child_->Wait(SteadyNow() + kEndTime);
    }
  }
  if (lease_ == nullptr) return absl::OkStatus();
  if (inner_end_.valid()) {
    // The kernel ends what else is in there after the first has gone.
    pollfd ended = {inner_end_.get(), POLLIN, 0};
    poll(&ended, 1, absl::ToInt64Milliseconds(kEndTime));
  }
  // Without bubblewrap, what the user's code started may have got away.
  if (inner_ == 0) lease_->KillStragglers();
  return lease_->Release();
}

}  // namespace rlmesh
