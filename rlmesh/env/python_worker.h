// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A worker process with an environment in it, ready to be stepped.

#ifndef RLMESH_ENV_PYTHON_WORKER_H_
#define RLMESH_ENV_PYTHON_WORKER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/worker/slots.h"
#include "rlmesh/worker/worker_process.h"

namespace rlmesh {

// What to run, and how patiently.
struct PythonEnvironmentOptions {
  // Exactly one of the two. `gym`: an id for gymnasium.make, "CartPole-v1" or
  // "module:Name-v0". `entrypoint`: "module:attribute", an environment, a class
  // or a factory.
  std::string gym;
  std::string entrypoint;
  // Modules to import first: they register environments.
  std::vector<std::string> imports;
  // Keyword arguments of the environment, a JSON object. Empty: none.
  std::string kwargs;
  // Interpreter, folder, environment variables, where printed lines go.
  WorkerProcessOptions process;

  // Longest waits; a request may ask for less.
  absl::Duration setup_timeout = absl::Minutes(10);
  absl::Duration reset_timeout = absl::Seconds(600);
  absl::Duration step_timeout = absl::Seconds(300);  // and Render
  absl::Duration close_timeout = absl::Seconds(10);
  ValidationPolicy validation = ValidationPolicy::kWarn;

  // InvalidArgument names the field and the value.
  absl::Status Validate() const;
};

// The user's environment in its process, and the memory shared with it. Made by
// PythonWorkerFactory. Not thread-safe, except for what WorkerProcess allows.
class PythonWorker {
 public:
  // Starts a process, makes the environment and agrees on the memory. Blocks
  // until then, for `timeout` or the options' setup_timeout; setup errors say
  // what the user can do. `cancel` (may be null) ends the wait.
  static absl::StatusOr<std::unique_ptr<PythonWorker>> Start(
      const PythonEnvironmentOptions& options, absl::Duration timeout,
      CancelEvent* cancel);

  // Replaces the environment by a fresh one in the same process, which takes
  // milliseconds; closing the old one may take `close_timeout` of `timeout`.
  // Not for a single instance.
  absl::Status Renew(absl::Duration timeout, absl::Duration close_timeout);

  WorkerProcess& process() { return *process_; }
  const EnvContract& contract() const { return contract_; }
  // Whether the user gave a finished environment, not something that makes one.
  bool is_instance() const { return is_instance_; }
  const SlotLayout& layout() const { return layout_; }
  char* slots() const { return slots_.data(); }

 private:
  PythonWorker() = default;
  absl::Status Setup(absl::string_view request, absl::Duration timeout);
  absl::Status Attach(absl::Duration timeout);

  EnvContract contract_;
  bool is_instance_ = false;
  SlotLayout layout_;
  SharedSlots slots_;
  std::unique_ptr<WorkerProcess> process_;  // last: it uses slots_
};

// FailedPrecondition when two contracts of what should be the same environment
// differ: something it was made from has changed.
absl::Status CheckSameContract(const EnvContract& before,
                               const EnvContract& now);

}  // namespace rlmesh

#endif  // RLMESH_ENV_PYTHON_WORKER_H_
