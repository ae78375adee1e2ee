// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Ctrl-C as something to wait for.

#ifndef RLMESH_CLI_INTERRUPT_H_
#define RLMESH_CLI_INTERRUPT_H_

#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "rlmesh/base/fd.h"

namespace rlmesh {

// From Install on, SIGINT, SIGTERM and SIGHUP end nothing by themselves: they
// make fd() readable, and it stays so. SIGPIPE is ignored: writing to a pipe
// that nobody reads is an error of that write. A signal that was ignored before
// (nohup, a job in the background) stays ignored. Call Install once, early in
// main: threads that exist before it are not covered.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto interrupt, Interrupt::Install());
//   options.cancel_fd = interrupt->fd();
//   ...
//   if (interrupt->signal() != 0) return 128 + interrupt->signal();
class Interrupt {
 public:
  static absl::StatusOr<std::unique_ptr<Interrupt>> Install();

  // A signalfd, for poll; do not read it.
  int fd() const { return fd_.get(); }

  // The signal that came first, as far as that can be told; 0: none did.
  // Thread-safe.
  int signal() const;

 private:
  explicit Interrupt(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// Calls a function, once, from a thread of its own, as soon as there is a
// signal; not any more once the destructor has returned.
//
// Example:
//   InterruptWatch watch(*interrupt, [&run] { run.Cancel(); });
//   RunResult result = run.Play();
class InterruptWatch {
 public:
  // `interrupt` is not owned and must outlive this.
  InterruptWatch(const Interrupt& interrupt, std::function<void()> on_signal);
  ~InterruptWatch();

  // Not movable: the thread refers to this.
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  UniqueFd stop_;  // an eventfd
  std::thread thread_;
};

}  // namespace rlmesh

#endif  // RLMESH_CLI_INTERRUPT_H_
