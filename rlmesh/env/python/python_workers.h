// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The worker processes of one environment, ready to be stepped.

#ifndef RLMESH_ENV_PYTHON_PYTHON_WORKERS_H_
#define RLMESH_ENV_PYTHON_PYTHON_WORKERS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/env/python/python_environment_options.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/worker/cancel_event.h"
#include "rlmesh/worker/slots.h"
#include "rlmesh/worker/worker_process.h"

namespace rlmesh {

// The user's environments in one process or several, each with lanes that
// follow each other, and the memory that all of them share with us. Made by
// PythonWorkerFactory. Not thread-safe, except for what WorkerProcess allows.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto workers, PythonWorkers::Start(options,
//                                             absl::Minutes(1), nullptr));
//   for (size_t i = 0; i < workers->size(); ++i)
//   workers->process(i).Begin(...);
class PythonWorkers {
 public:
  // Starts the processes side by side, makes the environments and agrees on the
  // memory. Blocks until then, for `timeout` or the options' setup_timeout;
  // setup errors say what the user can do. `cancel` (may be null) ends the
  // wait.
  static absl::StatusOr<std::unique_ptr<PythonWorkers>> Start(
      const PythonEnvironmentOptions& options, absl::Duration timeout,
      CancelEvent* cancel);

  // Replaces the environments by fresh ones in the same processes, which takes
  // milliseconds; closing the old ones may take `close_timeout` of `timeout`.
  // Not for instances.
  absl::Status Renew(absl::Duration timeout, absl::Duration close_timeout);

  // Replaces a process that is not ready.
  absl::Status Restart(size_t worker, absl::Duration timeout);

  // Whether a worker can be called: it is set up and has not ended.
  bool is_ready(size_t worker) const {
    return workers_[worker].ready && !workers_[worker].process->has_ended();
  }

  // Waits until late calls are over; an error when one of the processes has
  // ended. (see WorkerProcess)
  absl::Status Settle(absl::Duration timeout);
  absl::Status Close(absl::Duration timeout);
  void set_cancel(CancelEvent* cancel);

  // Workers, their lanes, and which one has a lane.
  size_t size() const { return workers_.size(); }
  WorkerProcess& process(size_t worker) { return *workers_[worker].process; }
  uint32_t first_lane(size_t worker) const { return workers_[worker].first; }
  uint32_t lanes(size_t worker) const { return workers_[worker].count; }
  size_t worker_of(uint32_t lane) const;

  // Of all lanes together.
  const EnvContract& contract() const { return contract_; }
  // Whether the user gave finished environments, not something that makes them.
  bool is_instance() const { return is_instance_; }
  // Whether it is a vector environment, whose lanes are reset and stepped only
  // all together.
  bool is_lockstep() const { return is_lockstep_; }
  const SlotLayout& layout() const { return layout_; }
  char* slots() const { return slots_.data(); }

 private:
  struct Worker {
    uint32_t first = 0;
    uint32_t count = 0;
    bool ready = false;  // is set up and knows the memory
    std::unique_ptr<WorkerProcess> process;
  };

  explicit PythonWorkers(const PythonEnvironmentOptions& options)
      : options_(options) {}
  std::string SetupRequest(const Worker& worker) const;
  absl::Status StartProcess(Worker* worker);
  // What a worker answered to its set-up: the contract of its own lanes.
  absl::StatusOr<EnvContract> ReadContract(Worker* worker);
  absl::Status Setup(bool first_time, absl::Duration timeout);
  absl::Status Attach(size_t worker, absl::Duration timeout);

  const PythonEnvironmentOptions options_;
  CancelEvent* cancel_ = nullptr;
  EnvContract contract_;
  bool is_instance_ = false;
  bool is_lockstep_ = false;
  SlotLayout layout_;
  SharedSlots slots_;
  std::vector<Worker> workers_;  // last: processes use slots_
};

// FailedPrecondition when two contracts of what should be the same environment
// differ: something it was made from has changed.
absl::Status CheckSameContract(const EnvContract& before,
                               const EnvContract& now);

}  // namespace rlmesh

#endif  // RLMESH_ENV_PYTHON_PYTHON_WORKERS_H_
