// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What every server program does around its server.

#ifndef RLMESH_CLI_SERVER_SIGNALS_H_
#define RLMESH_CLI_SERVER_SIGNALS_H_

#include <functional>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

// Writes "READY ADDRESS", one line, to standard output and, unless `ready_fd`
// is -1, to that descriptor, which is then closed. An error names the
// descriptor that cannot be written to; standard output may fail when there is
// another one.
absl::Status AnnounceReady(const Address& address, int ready_fd);

// Lets this process have as many descriptors as the system allows it, within
// reason: every client takes one, and many shells allow 1,024.
void RaiseDescriptorLimit();

// From Install to the destructor: the first SIGTERM, SIGINT or SIGHUP calls
// `stop`, the second `stop_now`, the third ends the process at once with status
// 128 + signal. The functions run on a thread of its own and should not block.
// SIGINT and SIGHUP that were ignored before (nohup, jobs in the background of
// a script) stay ignored. SIGPIPE is ignored for good. One at a time in a
// process.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto signals, ServerSignals::Install(
//       [&] { server->Stop(); }, [&] { server->StopNow(); }));
//   server->Serve();
class ServerSignals {
 public:
  static absl::StatusOr<std::unique_ptr<ServerSignals>> Install(
      std::function<void()> stop, std::function<void()> stop_now);

  // Signals do what they did before, and neither function runs any more.
  ~ServerSignals();

 private:
  explicit ServerSignals(UniqueFd read_end) : read_end_(std::move(read_end)) {}
  void Watch();

  std::function<void()> stop_;
  std::function<void()> stop_now_;
  UniqueFd read_end_;
  std::thread thread_;
};

}  // namespace rlmesh

#endif  // RLMESH_CLI_SERVER_SIGNALS_H_
