// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// How many clients does one server bear?

#ifndef RLMESH_BENCH_CLIENTS_BENCH_H_
#define RLMESH_BENCH_CLIENTS_BENCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rlmesh {

struct ClientsBenchOptions {
  // How many at once; a round for each number, with a server of its own.
  std::vector<int> clients = {1, 2, 4, 8, 16, 32, 64, 200};
  // Episodes that each client plays at least.
  int episodes = 50;
  // Steps that all of them take at least: few clients play more episodes.
  int64_t min_steps = 20000;
  // The server (BUILD.bazel passes it).
  std::string env_server;
  // "unknown" where nobody said.
  std::string commit;

  // InvalidArgument names the field and its value.
  absl::Status Validate() const;
};

struct ClientsBenchRow {
  int clients = 0;
  int64_t episodes = 0;
  int64_t steps = 0;
  double seconds = 0;
  double steps_per_second = 0;
  // What the server held at a fifth of the episodes and at the end, when all
  // clients still played.
  int64_t warm_bytes = 0;
  int64_t end_bytes = 0;
  int warm_descriptors = 0;
  int end_descriptors = 0;
  int end_threads = 0;
};

struct ClientsBenchResult {
  ClientsBenchOptions options;
  std::vector<ClientsBenchRow> rows;
};

// CartPole-v1 in C++ behind one env_server on a Unix socket, played by clients
// that share this process and its machine. An error of one client is an error
// of the whole.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(ClientsBenchResult result,
//                           RunClientsBench(options));
//   std::cout << FormatClientsBench(result);
absl::StatusOr<ClientsBenchResult> RunClientsBench(
    const ClientsBenchOptions& options);

// A table, and what more than 64 clients reach of the best that up to 64 do.
std::string FormatClientsBench(const ClientsBenchResult& result);

// The same as one JSON object, with the machine and the commit.
std::string ClientsBenchJson(const ClientsBenchResult& result);

}  // namespace rlmesh

#endif  // RLMESH_BENCH_CLIENTS_BENCH_H_
