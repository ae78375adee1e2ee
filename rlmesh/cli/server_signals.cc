// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/server_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

constexpr rlim_t kDescriptors = 65536;

constexpr int kSignals[] = {SIGTERM, SIGINT, SIGHUP};
constexpr char kEnd = 0;  // what the destructor sends instead of a signal

std::atomic<int> write_end{-1};
struct sigaction before[sizeof(kSignals) / sizeof(kSignals[0])];

void OnSignal(int signal) {
  const int saved = errno;
  const char byte = static_cast<char>(signal);
  if (write(write_end.load(), &byte, 1) < 0) {
    // A full pipe: signals enough are on their way.
  }
  errno = saved;
}

absl::Status WriteAll(int fd, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return absl::ErrnoToStatus(
          errno, absl::StrCat("writing READY to descriptor ", fd));
    }
    done += n;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AnnounceReady(const Address& address, int ready_fd) {
  const std::string line = absl::StrCat("READY ", address.ToString(), "\n");
  if (ready_fd >= 0) {
    UniqueFd fd(ready_fd);
    RLMESH_RETURN_IF_ERROR(WriteAll(fd.get(), line));
  }
  absl::Status printed = WriteAll(STDOUT_FILENO, line);
  if (printed.ok()) return printed;
  // Somebody who reads the descriptor knows.
  if (ready_fd >= 0) {
    LOG(WARNING) << printed.message();
    return absl::OkStatus();
  }
  return Annotate(printed, "nobody would learn the address; use --ready_fd");
}

void RaiseDescriptorLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur =
      std::max(limit.rlim_cur, std::min(limit.rlim_max, kDescriptors));
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    LOG(WARNING) << "the limit of descriptors stays: " << std::strerror(errno);
  }
}

absl::StatusOr<std::unique_ptr<ServerSignals>> ServerSignals::Install(
    std::function<void()> stop, std::function<void()> stop_now) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(errno, "a pipe for signals");
  }
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  std::unique_ptr<ServerSignals> signals(new ServerSignals(UniqueFd(ends[0])));
  signals->stop_ = std::move(stop);
  signals->stop_now_ = std::move(stop_now);
  CHECK_EQ(write_end.exchange(ends[1]), -1) << "installed twice";
  signal(SIGPIPE, SIG_IGN);
  for (size_t i = 0; i < sizeof(kSignals) / sizeof(kSignals[0]); ++i) {
    struct sigaction action = {};
    action.sa_handler = OnSignal;
    action.sa_flags = SA_RESTART;
    sigaction(kSignals[i], nullptr, &before[i]);
    if (kSignals[i] != SIGTERM && before[i].sa_handler == SIG_IGN) continue;
    sigaction(kSignals[i], &action, nullptr);
  }
  signals->thread_ = std::thread(&ServerSignals::Watch, signals.get());
  return signals;
}

ServerSignals::~ServerSignals() {
  for (size_t i = 0; i < sizeof(kSignals) / sizeof(kSignals[0]); ++i) {
    sigaction(kSignals[i], &before[i], nullptr);
  }
  const UniqueFd end(write_end.exchange(-1));
  fcntl(end.get(), F_SETFL, 0);  // may wait for room
  (void)!write(end.get(), &kEnd, 1);
  thread_.join();
}

void ServerSignals::Watch() {
  int seen = 0;
  while (true) {
    char signal;
    const ssize_t n = read(read_end_.get(), &signal, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || signal == kEnd) return;
    ++seen;
    LOG(INFO) << "signal " << static_cast<int>(signal) << ": "
              << (seen == 1 ? "stopping" : "stopping at once");
    if (seen == 1) {
      stop_();
    } else if (seen == 2) {
      stop_now_();
    } else {
      _exit(128 + signal);
    }
  }
}

}  // namespace rlmesh
