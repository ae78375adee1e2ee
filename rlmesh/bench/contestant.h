// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Who takes part in a benchmark of steps.

#ifndef RLMESH_BENCH_CONTESTANT_H_
#define RLMESH_BENCH_CONTESTANT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rlmesh/env/environment.h"

namespace rlmesh {

// How long steps took, in nanoseconds.
struct Times {
  std::vector<int64_t> steps;
  // All of it, resets of episodes included.
  int64_t wall = 0;
};

// A way to step an environment of two actions, of one lane or of several that
// reset themselves. Ready to step when it is made, and idle between rounds. One
// thread; ends its processes in the destructor.
//
// Example:
//   auto c = InProcessContestant(std::make_unique<CartPole>());
//   RLMESH_RETURN_IF_ERROR(c->Play(500, &times));
class Contestant {
 public:
  virtual ~Contestant() = default;

  // Takes `steps` steps, each with the next of the actions 0, 1, 0, 1, ... in
  // every lane (or with those of a model), resetting the one lane where its
  // episode ends, and appends to `times`.
  virtual absl::Status Play(int steps, Times* times) = 0;
};

// An environment in this process.
std::unique_ptr<Contestant> InProcessContestant(
    std::unique_ptr<Environment> environment);

// Our C++ client of a server of its own: `argv` is an env_server and what it
// serves, `env` its environment variables, `address` where it listens.
absl::StatusOr<std::unique_ptr<Contestant>> ServerContestant(
    std::vector<std::string> argv, std::vector<std::string> env,
    const std::string& address);

// A Python program that speaks the protocol of step_contestant.py.
absl::StatusOr<std::unique_ptr<Contestant>> ScriptContestant(
    std::vector<std::string> argv, std::vector<std::string> env);

}  // namespace rlmesh

#endif  // RLMESH_BENCH_CONTESTANT_H_
