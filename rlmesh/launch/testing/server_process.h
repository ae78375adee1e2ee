// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A server program as a child of this process.

#ifndef RLMESH_LAUNCH_TESTING_SERVER_PROCESS_H_
#define RLMESH_LAUNCH_TESTING_SERVER_PROCESS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

struct ServerProcessOptions {
  // The program and its flags, with --address.
  std::vector<std::string> argv;
  // Unset: our own environment.
  absl::optional<std::vector<std::string>> env;
  // How long it may take until it is ready.
  absl::Duration timeout = absl::Seconds(60);
};

// From the READY line of an env_server or model_server to its end: the
// destructor kills it. For benchmarks and tests, which want to look at the
// process; its standard error is ours. Thread-safe.
//
// Example:
//   ServerProcessOptions options;
//   options.argv = {"env_server", "--native=cartpole",
//   "--address=127.0.0.1:0"}; RLMESH_ASSIGN_OR_RETURN(auto server,
//   ServerProcess::Start(options)); ConnectChannel(server->address(), {});
class ServerProcess {
 public:
  // Blocks until it is ready. Unavailable when it ends before,
  // DeadlineExceeded when it takes longer than it may.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(
      ServerProcessOptions options);

  const Address& address() const { return address_; }
  ChildProcess& process() { return *process_; }

  // What it holds at this moment.
  struct Usage {
    int64_t resident_bytes = 0;
    int descriptors = 0;
    int threads = 0;
  };
  absl::StatusOr<Usage> MeasureUsage() const;

 private:
  ServerProcess(std::unique_ptr<ChildProcess> process, Address address)
      : process_(std::move(process)), address_(std::move(address)) {}

  const std::unique_ptr<ChildProcess> process_;
  const Address address_;
};

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_TESTING_SERVER_PROCESS_H_
