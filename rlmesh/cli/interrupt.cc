// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "glog/logging.h"

namespace rlmesh {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

}  // namespace

absl::StatusOr<std::unique_ptr<Interrupt>> Interrupt::Install() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : kSignals) sigaddset(&set, signal);
  if (pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0 ||
      ::signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
    return absl::InternalError("blocking signals");
  }
  UniqueFd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, "signalfd");
  return std::unique_ptr<Interrupt>(new Interrupt(std::move(fd)));
}

int Interrupt::signal() const {
  sigset_t pending;
  if (sigpending(&pending) != 0) return 0;
  for (int signal : kSignals) {
    if (sigismember(&pending, signal) == 1) return signal;
  }
  return 0;
}

InterruptWatch::InterruptWatch(const Interrupt& interrupt,
                               std::function<void()> on_signal)
    : stop_(eventfd(0, EFD_CLOEXEC)) {
  PCHECK(stop_.valid()) << "eventfd";
  thread_ = std::thread([fd = interrupt.fd(), stop = stop_.get(),
                         on_signal = std::move(on_signal)] {
    pollfd fds[] = {{stop, POLLIN, 0}, {fd, POLLIN, 0}};
    while (poll(fds, 2, -1) < 0) {
    }
    if (fds[0].revents == 0) on_signal();
  });
}

InterruptWatch::~InterruptWatch() {
  eventfd_write(stop_.get(), 1);
  thread_.join();
}

}  // namespace rlmesh
