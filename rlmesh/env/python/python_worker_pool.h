// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Where the environments of one Python source get their processes from.

#ifndef RLMESH_ENV_PYTHON_PYTHON_WORKER_POOL_H_
#define RLMESH_ENV_PYTHON_PYTHON_WORKER_POOL_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/env/python/python_workers.h"
#include "rlmesh/worker/cancel_event.h"

namespace rlmesh {

// What a factory and its environments have in common: the options, the contract
// and the processes of the last session, kept for the next, which gets fresh
// environments in them at once. Thread-safe; lives as long as either.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto pool, PythonWorkerPool::Create(
//                               options, absl::InfiniteFuture(), cancel));
//   RLMESH_ASSIGN_OR_RETURN(auto workers, pool->Take(deadline, cancel));
//   ...
//   RLMESH_RETURN_IF_ERROR(pool->GiveBack(std::move(workers)));
class PythonWorkerPool {
 public:
  // Starts the first workers, for the contract. `cancel` is borrowed for the
  // call.
  static absl::StatusOr<std::shared_ptr<PythonWorkerPool>> Create(
      PythonEnvironmentOptions options, absl::Time deadline,
      CancelEvent* cancel);

  const PythonEnvironmentOptions& options() const { return options_; }
  const EnvContract& contract() const { return contract_; }
  bool is_instance() const { return is_instance_; }
  bool is_lockstep() const { return is_lockstep_; }

  // Workers with fresh environments. `cancel` is borrowed.
  absl::StatusOr<std::unique_ptr<PythonWorkers>> Take(absl::Time deadline,
                                                      CancelEvent* cancel);
  // Keeps the workers of one session, or closes them.
  absl::Status GiveBack(std::unique_ptr<PythonWorkers> workers);
  // Closes what is kept; from now on nothing is.
  void Close();

 private:
  PythonWorkerPool() = default;

  PythonEnvironmentOptions options_;
  EnvContract contract_;
  bool is_instance_ = false;
  bool is_lockstep_ = false;

  absl::Mutex mu_;
  std::unique_ptr<PythonWorkers> kept_ ABSL_GUARDED_BY(mu_);
  bool kept_is_fresh_ ABSL_GUARDED_BY(mu_) = false;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_PYTHON_PYTHON_WORKER_POOL_H_
