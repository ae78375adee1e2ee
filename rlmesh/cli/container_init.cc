// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/container_init.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

namespace rlmesh {
namespace {

// Those that can be passed on: not those of our own faults.
sigset_t Passed() {
  sigset_t signals;
  sigfillset(&signals);
  for (const int fault : {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP,
                          SIGSYS, SIGTTIN, SIGTTOU}) {
    sigdelset(&signals, fault);
  }
  return signals;
}

// Waits for all that have ended; for `child` ends as it did.
void Reap(pid_t child) {
  int status;
  while (const pid_t pid = waitpid(-1, &status, WNOHANG)) {
    if (pid < 0 && errno != EINTR) return;
    if (pid != child) continue;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
}

[[noreturn]] void Serve(pid_t child, const sigset_t& signals) {
  syscall(SYS_close_range, 3, ~0U, 0);
  while (true) {
    const int signal = sigwaitinfo(&signals, nullptr);
    if (signal == SIGCHLD) {
      Reap(child);
    } else if (signal > 0) {
      kill(child, signal);
    }
  }
}

}  // namespace

void ForkInitIfFirst() {
  if (getpid() != 1) return;
  const sigset_t signals = Passed();
  sigset_t before;
  sigprocmask(SIG_SETMASK, &signals, &before);
  const pid_t child = fork();
  if (child > 0) Serve(child, signals);
  if (child == 0) {
    // A Ctrl-C at the terminal reaches the child once, and not by way of us.
    setpgid(0, 0);
    sigset_t background, unblocked;
    sigemptyset(&background);
    sigaddset(&background, SIGTTOU);
    sigprocmask(SIG_BLOCK, &background, &unblocked);
    tcsetpgrp(0, getpgrp());  // without a terminal: no effect
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace rlmesh
