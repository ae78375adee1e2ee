// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What is benchmarked, and who takes part.

#ifndef RLMESH_BENCH_WORKLOAD_H_
#define RLMESH_BENCH_WORKLOAD_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rlmesh/bench/contestant.h"

namespace rlmesh {

// Files and folders that the contestants need (BUILD.bazel passes them).
struct BenchPrograms {
  std::string env_server;
  std::string model_server;
  std::string script;          // step_contestant.py, beside what it imports
  std::string gymnasium_site;  // folder with gymnasium and numpy
  std::string published_site;  // folder with the published package

  // InvalidArgument names the one that is missing.
  absl::Status Validate() const;
};

struct WorkloadEntry {
  std::string name;  // "python_unix"
  std::string what;  // "Gymnasium in a worker, served over a Unix socket"
  std::function<absl::StatusOr<std::unique_ptr<Contestant>>()> make;
};

// Two entries whose ratio is told.
struct WorkloadPair {
  std::string what;
  std::string ours;
  std::string theirs;
  // How many times as fast ours is to be; 0: nothing is promised.
  double promised = 0;
};

struct Workload {
  std::string name;
  std::string title;  // "CartPole-v1"
  std::vector<WorkloadEntry> entries;
  std::vector<WorkloadPair> pairs;
};

// "cartpole" (CartPole-v1), "image" (224 x 224 x 3 bytes an observation) or
// "served" (CartPole-v1 and a model, each served; a step is a prediction too):
// each in process, native and in a Python worker, served by us and by the
// published package, over a Unix socket and TCP. Sockets are made in `folder`.
// "lanes:8": CartPole-v1 eight times, stepped as one. InvalidArgument for
// another name.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(Workload load, MakeWorkload("image", p, folder));
absl::StatusOr<Workload> MakeWorkload(absl::string_view name,
                                      const BenchPrograms& programs,
                                      const std::string& folder);

}  // namespace rlmesh

#endif  // RLMESH_BENCH_WORKLOAD_H_
