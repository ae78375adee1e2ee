// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/process_spawner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <functional>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace rlmesh {
namespace {

// Everything the child needs, laid out before the fork: it may not allocate.
struct Plan {
  const char* program;
  char* const* argv;
  char* const* env;
  const char* working_dir;  // null: ours
  int parent_death_signal;
  bool new_process_group;
  pid_t parent;
  int* ours;  // scratch of its own: the child moves descriptors out of the way
  const int* theirs;
  int fds;
  int max_fd;  // largest of `theirs`
  int report;  // write end of the pipe for ChildError
};

struct ChildError {
  int step;  // index into kSteps
  int error;
};

constexpr const char* kSteps[] = {"setting up", "entering the working folder",
                                  "passing file descriptors to", "executing"};

[[noreturn]] void Fail(const Plan& plan, int step) {
  const ChildError error = {step, errno};
  ssize_t ignored = write(plan.report, &error, sizeof(error));
  (void)ignored;
  _exit(127);
}

void CloseOnExecFrom(int first) {
  constexpr int kCloseRangeCloexec = 1 << 2;
  constexpr long kCloseRange = 436;  // SYS_close_range, newer than some headers
  if (syscall(kCloseRange, first, ~0u, kCloseRangeCloexec) == 0) return;
  for (int fd = first; fd < 65536; ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

// Runs in the child, on the memory of the parent: system calls only.
[[noreturn]] void RunChild(Plan* plan) {
  if (plan->new_process_group && setpgid(0, 0) != 0) Fail(*plan, 0);
  if (plan->parent_death_signal != 0) {
    if (prctl(PR_SET_PDEATHSIG, plan->parent_death_signal) != 0) {
      Fail(*plan, 0);
    }
    if (getppid() != plan->parent) _exit(127);  // it ended before the prctl
  }
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int i = 1; i < NSIG; ++i) sigaction(i, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (plan->working_dir != nullptr && chdir(plan->working_dir) != 0) {
    Fail(*plan, 1);
  }
  CloseOnExecFrom(3);
  const int above = plan->max_fd + 1;
  for (int i = 0; i < plan->fds; ++i) {
    plan->ours[i] = fcntl(plan->ours[i], F_DUPFD_CLOEXEC, above);
    if (plan->ours[i] < 0) Fail(*plan, 2);
  }
  const int report = fcntl(plan->report, F_DUPFD_CLOEXEC, above);
  if (report < 0) Fail(*plan, 2);
  plan->report = report;
  for (int i = 0; i < plan->fds; ++i) {
    if (dup2(plan->ours[i], plan->theirs[i]) < 0) Fail(*plan, 2);
  }
  execve(plan->program, plan->argv, plan->env);
  Fail(*plan, 3);
}

// A function of its own: after vfork the two processes share this frame.
__attribute__((noinline)) pid_t Fork(Plan* plan) {
  const pid_t pid = vfork();
  if (pid == 0) RunChild(plan);
  return pid;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& s : strings) {
    pointers.push_back(const_cast<char*>(s.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

absl::StatusOr<SpawnedProcess> SpawnHere(const SpawnRequest& request) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("a pipe to start ", request.program));
  }
  UniqueFd read_end(report[0]);
  UniqueFd write_end(report[1]);
  const std::vector<char*> argv = Pointers(request.argv);
  const std::vector<char*> env = Pointers(request.env);
  std::vector<int> ours = request.ours;
  Plan plan = {};
  plan.program = request.program.c_str();
  plan.argv = argv.data();
  plan.env = env.data();
  plan.working_dir =
      request.working_dir.empty() ? nullptr : request.working_dir.c_str();
  plan.parent_death_signal = request.parent_death_signal;
  plan.new_process_group = request.new_process_group;
  plan.parent = getpid();
  plan.ours = ours.data();
  plan.theirs = request.theirs.data();
  plan.fds = static_cast<int>(ours.size());
  plan.max_fd = 2;
  for (int fd : request.theirs) plan.max_fd = std::max(plan.max_fd, fd);
  plan.report = write_end.get();

  // No handler of ours may run in the child while it shares our memory.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  SpawnedProcess process;
  process.pid = Fork(&plan);
  const int fork_error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (process.pid < 0) {
    return absl::ErrnoToStatus(fork_error,
                               absl::StrCat("starting ", request.program));
  }
  write_end.Reset();
  ChildError error;
  ssize_t n;
  do {
    n = read(read_end.get(), &error, sizeof(error));
  } while (n < 0 && errno == EINTR);
  if (n == sizeof(error)) {
    while (waitpid(process.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return absl::ErrnoToStatus(
        error.error,
        absl::StrCat(kSteps[error.step], " ",
                     error.step == 1 ? request.working_dir : request.program));
  }
  process.pidfd.Reset(
      static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0)));
  if (!process.pidfd.valid()) {
    const int pidfd_error = errno;
    kill(process.pid, SIGKILL);
    while (waitpid(process.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return absl::ErrnoToStatus(pidfd_error,
                               absl::StrCat("a handle on ", request.program,
                                            " (needs Linux 5.3 or newer)"));
  }
  return process;
}

// The permanent thread.
class Spawner {
 public:
  Spawner() : pid_(getpid()) {
    std::thread([this] { Run(); }).detach();
  }

  // That of this process. Never destroyed.
  static Spawner* Get() {
    static std::atomic<Spawner*> current{nullptr};
    Spawner* spawner = current.load(std::memory_order_acquire);
    if (spawner != nullptr && spawner->pid_ == getpid()) return spawner;
    // The first call, or the first one after a fork, where the thread is gone.
    Spawner* const fresh = new Spawner;
    if (current.compare_exchange_strong(spawner, fresh)) return fresh;
    return spawner;  // another thread was faster; `fresh` idles
  }

  absl::StatusOr<SpawnedProcess> Spawn(const SpawnRequest& request) {
    absl::StatusOr<SpawnedProcess> result = absl::InternalError("not run");
    absl::Notification done;
    {
      absl::MutexLock lock(&mu_);
      jobs_.push_back([&] {
        result = SpawnHere(request);
        done.Notify();
      });
    }
    done.WaitForNotification();
    return result;
  }

 private:
  void Run() {
    while (true) {
      std::function<void()> job;
      {
        absl::MutexLock lock(&mu_);
        mu_.Await(absl::Condition(this, &Spawner::HasJob));
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }
  bool HasJob() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !jobs_.empty();
  }

  const pid_t pid_;
  absl::Mutex mu_;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

absl::StatusOr<SpawnedProcess> SpawnProcess(const SpawnRequest& request) {
  return Spawner::Get()->Spawn(request);
}

}  // namespace rlmesh
