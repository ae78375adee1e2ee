// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/poll_timeout.h"
#include "rlmesh/base/process_spawner.h"
#include "rlmesh/base/program_path.h"
#include "rlmesh/base/status_macros.h"

extern char** environ;

namespace rlmesh {
namespace {

constexpr size_t kMaxLine = 4096;
constexpr size_t kMaxLinesBytes = 4 << 20;  // that wait for `on_line`

using Output = ChildProcessOptions::Output;

std::vector<std::string> OurEnvironment() {
  std::vector<std::string> env;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    env.emplace_back(*entry);
  }
  return env;
}

// Where a name stands twice, some programs read the first and some the last.
void ReplaceVariable(const std::string& entry, std::vector<std::string>* env) {
  const absl::string_view name =
      absl::string_view(entry).substr(0, entry.find('=') + 1);
  env->erase(std::remove_if(env->begin(), env->end(),
                            [name](const std::string& other) {
                              return absl::StartsWith(other, name);
                            }),
             env->end());
  env->push_back(entry);
}

// Descriptors 0, 1 and 2 of the child, unless options.fds replaces them.
void AddStandard(const ChildProcessOptions& options, int null_fd,
                 int capture_fd, SpawnRequest* request) {
  const auto is_passed = [&options](int fd) {
    return std::any_of(
        options.fds.begin(), options.fds.end(),
        [fd](const auto& passed) { return passed.theirs == fd; });
  };
  const auto add = [&](int ours, int theirs) {
    if (is_passed(theirs)) return;
    request->ours.push_back(ours);
    request->theirs.push_back(theirs);
  };
  const auto output = [&](Output kind, int ours) {
    return kind == Output::kNull      ? null_fd
           : kind == Output::kInherit ? ours
                                      : capture_fd;
  };
  add(options.standard_input == ChildProcessOptions::Input::kNull ? null_fd : 0,
      0);
  add(output(options.standard_output, 1), 1);
  add(output(options.standard_error, 2), 2);
  for (const auto& fd : options.fds) {
    request->ours.push_back(fd.ours);
    request->theirs.push_back(fd.theirs);
  }
}

}  // namespace

std::string ExitStatus::ToString() const {
  if (signal == 0) return absl::StrCat("exited with code ", code);
  return absl::StrCat("was killed by signal ", signal, " (", strsignal(signal),
                      ")");
}

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    ChildProcessOptions options) {
  if (options.argv.empty()) {
    return absl::InvalidArgumentError("a child process needs a program");
  }
  SpawnRequest request;
  RLMESH_ASSIGN_OR_RETURN(request.program, FindProgram(options.argv[0]));
  request.argv = options.argv;
  request.env =
      options.env.has_value() ? *std::move(options.env) : OurEnvironment();
  options.env.reset();
  for (const std::string& entry : options.added_env) {
    ReplaceVariable(entry, &request.env);
  }
  request.working_dir = options.working_dir;
  request.parent_death_signal = options.parent_death_signal;
  request.new_process_group = options.new_process_group;

  const UniqueFd null_fd(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null_fd.valid()) return absl::ErrnoToStatus(errno, "/dev/null");
  UniqueFd read_end, write_end;
  if (options.standard_output == Output::kCapture ||
      options.standard_error == Output::kCapture) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) {
      return absl::ErrnoToStatus(
          errno, absl::StrCat("a pipe for the output of ", request.program));
    }
    read_end.Reset(fds[0]);
    write_end.Reset(fds[1]);
    fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
  }
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return absl::ErrnoToStatus(errno, "eventfd");
  AddStandard(options, null_fd.get(), write_end.get(), &request);
  RLMESH_ASSIGN_OR_RETURN(SpawnedProcess process, SpawnProcess(request));
  return std::unique_ptr<ChildProcess>(new ChildProcess(
      std::move(options), process.pid, std::move(process.pidfd),
      std::move(read_end), std::move(wake)));
}

ChildProcess::ChildProcess(ChildProcessOptions options, pid_t pid,
                           UniqueFd pidfd, UniqueFd output, UniqueFd wake)
    : options_(std::move(options)),
      pid_(pid),
      pidfd_(std::move(pidfd)),
      wake_(std::move(wake)),
      output_(std::move(output)),
      watcher_([this] { Watch(); }) {}

ChildProcess::~ChildProcess() {
  // The child is still ours, running or a zombie, and so is its group's id.
  SignalGroup(SIGKILL);
  const pid_t pid = pid_;
  const auto reap = [pid] {
    siginfo_t info;
    while (waitid(P_PID, pid, &info, WEXITED) != 0 && errno == EINTR) {
    }
  };
  const bool ended = Wait(SteadyNow() + absl::Seconds(10)).ok();
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  Wake();
  watcher_.join();  // it forwards the last words
  if (ended) {
    reap();
    return;
  }
  LOG(ERROR) << options_.argv[0] << " (process " << pid
             << ") does not end although it was killed; it waits in the kernel";
  std::thread(reap).detach();
}

absl::optional<ExitStatus> ChildProcess::exit_status() const {
  siginfo_t info = {};
  if (waitid(P_PID, pid_, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return ExitStatus{};  // somebody else took the status
  }
  if (info.si_pid == 0) return absl::nullopt;
  ExitStatus exit;
  (info.si_code == CLD_EXITED ? exit.code : exit.signal) = info.si_status;
  return exit;
}

absl::StatusOr<ExitStatus> ChildProcess::Wait(absl::Time deadline) const {
  while (true) {
    pollfd poller = {pidfd_.get(), POLLIN, 0};
    const int n = poll(&poller, 1, PollTimeout(deadline));
    if (n > 0) {
      absl::optional<ExitStatus> exit = exit_status();
      if (exit.has_value()) return *exit;
    }
    if (SteadyNow() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat(options_.argv[0], " (process ", pid_, ") still runs"));
    }
    // It has ended, and a debugger has not let go of it, which nobody tells.
    if (n > 0) poll(nullptr, 0, 10);
  }
}

void ChildProcess::Signal(int signal) {
  syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

void ChildProcess::SignalGroup(int signal) {
  if (options_.new_process_group) {
    kill(-pid_, signal);
  } else {
    Signal(signal);
  }
}

ExitStatus ChildProcess::Stop(absl::Duration grace) {
  Signal(SIGTERM);
  absl::StatusOr<ExitStatus> exit = Wait(SteadyNow() + grace);
  SignalGroup(SIGKILL);
  if (!exit.ok()) exit = Wait(absl::InfiniteFuture());
  return *exit;
}

void ChildProcess::KillAt(absl::Time time, std::function<bool()> unless) {
  {
    absl::MutexLock lock(&mu_);
    ++kill_epoch_;
    kill_at_ = time;
    unless_ = std::move(unless);
  }
  Wake();
}

void ChildProcess::CancelKill() {
  absl::MutexLock lock(&mu_);
  ++kill_epoch_;
  kill_at_ = absl::InfiniteFuture();
  unless_ = nullptr;
}

std::string ChildProcess::OutputTail() const {
  absl::MutexLock lock(&mu_);
  Drain();
  if (!lines_.empty()) Wake();
  absl::string_view tail = tail_;
  if (tail.size() > options_.tail_bytes) {
    tail.remove_prefix(tail.size() - options_.tail_bytes);
    const size_t line = tail.find('\n');
    if (line != absl::string_view::npos && line + 1 < tail.size()) {
      tail.remove_prefix(line + 1);
    }
  }
  return std::string(tail);
}

void ChildProcess::Wake() const {
  const uint64_t one = 1;
  ssize_t ignored = write(wake_.get(), &one, sizeof(one));
  (void)ignored;
}

void ChildProcess::Watch() {
  while (true) {
    pollfd pollers[2] = {{wake_.get(), POLLIN, 0}, {-1, POLLIN, 0}};
    absl::Time until;
    {
      absl::MutexLock lock(&mu_);
      if (stopping_) break;
      pollers[1].fd = output_.get();  // only this thread and Drain close it
      until = kill_at_;
    }
    poll(pollers, 2, PollTimeout(until));
    if (pollers[0].revents != 0) {
      uint64_t count;
      ssize_t ignored = read(wake_.get(), &count, sizeof(count));
      (void)ignored;
    }
    std::function<bool()> unless;
    bool due = false;
    int epoch = 0;
    {
      absl::MutexLock lock(&mu_);
      Drain();
      due = SteadyNow() >= kill_at_;
      if (due) unless = unless_;
      epoch = kill_epoch_;
    }
    if (due) {
      const bool excused = unless != nullptr && unless();
      absl::MutexLock lock(&mu_);
      if (epoch == kill_epoch_) {  // neither cancelled nor replaced meanwhile
        kill_at_ = absl::InfiniteFuture();
        unless_ = nullptr;
        if (!excused) SignalGroup(SIGKILL);
      }
    }
    Forward();
  }
  {
    absl::MutexLock lock(&mu_);
    Drain();
    if (!line_.empty()) Take("\n");
  }
  Forward();
}

// On the watching thread: what `on_line` waits for must not hold up others.
void ChildProcess::Forward() {
  std::vector<std::string> lines;
  {
    absl::MutexLock lock(&mu_);
    lines.swap(lines_);
    lines_bytes_ = 0;
  }
  for (const std::string& line : lines) options_.on_line(line);
}

void ChildProcess::Drain() const {
  char buffer[16384];
  // Bounded: a child that writes without end must not keep the lock.
  for (int i = 0; i < 64 && output_.valid(); ++i) {
    const ssize_t n = read(output_.get(), buffer, sizeof(buffer));
    if (n > 0) {
      Take(absl::string_view(buffer, n));
    } else if (n == 0) {
      if (!line_.empty()) Take("\n");
      output_.Reset();
    } else if (errno != EINTR) {
      return;  // EAGAIN: nothing more for now
    }
  }
}

void ChildProcess::Take(absl::string_view text) const {
  if (text.size() >= options_.tail_bytes) {
    tail_.assign(text.data(), text.size());
  } else {
    tail_.append(text.data(), text.size());
    if (tail_.size() > 4 * options_.tail_bytes) {
      tail_.erase(0, tail_.size() - 2 * options_.tail_bytes);
    }
  }
  if (options_.on_line == nullptr) return;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const absl::string_view piece = text.substr(0, end);
    line_.append(piece.data(), std::min(piece.size(), kMaxLine - line_.size()));
    if (end == absl::string_view::npos) return;
    if (lines_bytes_ < kMaxLinesBytes) {
      lines_bytes_ += sizeof(std::string) + line_.size();
      lines_.push_back(std::move(line_));
    }
    line_.clear();
    text.remove_prefix(end + 1);
  }
}

}  // namespace rlmesh
