// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python/python_worker_pool.h"

#include <algorithm>
#include <utility>

#include "glog/logging.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {

absl::StatusOr<std::shared_ptr<PythonWorkerPool>> PythonWorkerPool::Create(
    PythonEnvironmentOptions options, absl::Time deadline,
    CancelEvent* cancel) {
  std::shared_ptr<PythonWorkerPool> pool(new PythonWorkerPool);
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<PythonWorkers> workers,
      PythonWorkers::Start(options, deadline - SteadyNow(), cancel));
  workers->set_cancel(nullptr);
  pool->options_ = std::move(options);
  pool->contract_ = workers->contract();
  pool->is_instance_ = workers->is_instance();
  pool->is_lockstep_ = workers->is_lockstep();
  absl::MutexLock lock(&pool->mu_);
  pool->kept_ = std::move(workers);
  pool->kept_is_fresh_ = true;
  return pool;
}

absl::Status PythonWorkerPool::GiveBack(
    std::unique_ptr<PythonWorkers> workers) {
  workers->set_cancel(nullptr);
  const absl::Status settled =
      workers->Settle(options_.process.interrupt_grace + absl::Seconds(1));
  if (!settled.ok()) return absl::OkStatus();  // killed with `workers`
  {
    absl::MutexLock lock(&mu_);
    if (!closed_ && kept_ == nullptr) {
      kept_ = std::move(workers);
      kept_is_fresh_ = false;
      return absl::OkStatus();
    }
  }
  return workers->Close(options_.close_timeout);
}

absl::StatusOr<std::unique_ptr<PythonWorkers>> PythonWorkerPool::Take(
    absl::Time deadline, CancelEvent* cancel) {
  std::unique_ptr<PythonWorkers> workers;
  bool is_ready;
  {
    absl::MutexLock lock(&mu_);
    workers = std::move(kept_);
    is_ready = kept_is_fresh_ || is_instance_;
  }
  if (workers != nullptr) {
    workers->set_cancel(cancel);
    const absl::Duration timeout =
        std::min(options_.setup_timeout, deadline - SteadyNow());
    const absl::Status renewed =
        is_ready ? workers->Settle(timeout)
                 : workers->Renew(timeout, options_.close_timeout);
    if (renewed.ok()) return workers;
    if (absl::IsCancelled(renewed)) return renewed;
    if (SteadyNow() >= deadline) return renewed;
    LOG(WARNING) << "starting another worker: " << renewed.message();
    workers.reset();
  }
  RLMESH_ASSIGN_OR_RETURN(
      workers, PythonWorkers::Start(options_, deadline - SteadyNow(), cancel));
  RLMESH_RETURN_IF_ERROR(CheckSameContract(contract_, workers->contract()));
  return workers;
}

void PythonWorkerPool::Close() {
  std::unique_ptr<PythonWorkers> workers;
  {
    absl::MutexLock lock(&mu_);
    closed_ = true;
    workers = std::move(kept_);
  }
  if (workers == nullptr) return;
  workers->set_cancel(nullptr);
  const absl::Status status = workers->Close(options_.close_timeout);
  if (!status.ok()) {
    LOG(WARNING) << "closing an environment: " << status.message();
  }
}

}  // namespace rlmesh
