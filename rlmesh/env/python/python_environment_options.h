// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which Python environment to run, and how.

#ifndef RLMESH_ENV_PYTHON_PYTHON_ENVIRONMENT_OPTIONS_H_
#define RLMESH_ENV_PYTHON_PYTHON_ENVIRONMENT_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/worker/worker_process.h"

namespace rlmesh {

// What to run, in how many lanes, and how patiently.
struct PythonEnvironmentOptions {
  // Exactly one of the two. `gym`: an id for gymnasium.make, "CartPole-v1" or
  // "module:Name-v0". `entrypoint`: "module:attribute", an environment, a class
  // or a factory; also of a list of environments or a vector environment.
  std::string gym;
  std::string entrypoint;
  // Modules to import first: they register environments.
  std::vector<std::string> imports;
  // Keyword arguments of the environment, a JSON object. Empty: none.
  std::string kwargs;
  // Interpreter, folder, environment variables, where printed lines go.
  WorkerProcessOptions process;

  // Lanes. 0: as many as the list or the vector environment has, else 1.
  int num_envs = 0;
  // How many processes step them, side by side, each its share of lanes that
  // follow each other. 1: one process, one lane after the other.
  int processes = 1;
  // kDisabled or kNextStep. Vector environments have a mode of their own.
  AutoresetMode autoreset = AutoresetMode::kDisabled;

  // Longest waits; a request may ask for less.
  absl::Duration setup_timeout = absl::Minutes(10);
  absl::Duration reset_timeout = absl::Seconds(600);
  absl::Duration step_timeout = absl::Seconds(300);  // and Render
  absl::Duration close_timeout = absl::Seconds(10);
  ValidationPolicy validation = ValidationPolicy::kWarn;

  // InvalidArgument names the field and the value.
  absl::Status Validate() const;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_PYTHON_PYTHON_ENVIRONMENT_OPTIONS_H_
