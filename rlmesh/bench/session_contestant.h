// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Who takes part in a benchmark of steps with a served model.

#ifndef RLMESH_BENCH_SESSION_CONTESTANT_H_
#define RLMESH_BENCH_SESSION_CONTESTANT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rlmesh/bench/contestant.h"

namespace rlmesh {

// A server and its own environment variables.
struct BenchServer {
  std::vector<std::string>
      argv;  // the program and its flags, without --address
  std::vector<std::string> env;
  std::string address;  // where it listens
};

// Our driver's session between an env_server and a model_server of its own: a
// step is a prediction of the model and a step of the environment with it.
absl::StatusOr<std::unique_ptr<Contestant>> SessionContestant(
    BenchServer environment, BenchServer model);

}  // namespace rlmesh

#endif  // RLMESH_BENCH_SESSION_CONTESTANT_H_
