// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python/python_worker_factory.h"

#include <limits>

#include "rlmesh/base/status_macros.h"
#include "rlmesh/env/python/python_worker_environment.h"
#include "rlmesh/worker/cancel_event.h"

namespace rlmesh {

absl::StatusOr<std::unique_ptr<PythonWorkerFactory>>
PythonWorkerFactory::Create(PythonEnvironmentOptions options,
                            const CreateOptions& create) {
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<CancelEvent> cancel,
                          CancelEvent::Create());
  CancelEvent* const event = cancel.get();
  const Cancellation::Callback end(create.cancellation,
                                   [event] { event->Set(); });
  RLMESH_ASSIGN_OR_RETURN(
      std::shared_ptr<PythonWorkerPool> pool,
      PythonWorkerPool::Create(std::move(options), create.deadline, event));
  return std::unique_ptr<PythonWorkerFactory>(
      new PythonWorkerFactory(std::move(pool)));
}

int PythonWorkerFactory::max_environments() const {
  return pool_->is_instance() ? 1 : std::numeric_limits<int>::max();
}

absl::StatusOr<std::unique_ptr<Environment>> PythonWorkerFactory::Create(
    const CreateOptions& options) {
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<CancelEvent> cancel,
                          CancelEvent::Create());
  CancelEvent* const event = cancel.get();
  const Cancellation::Callback end(options.cancellation,
                                   [event] { event->Set(); });
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<PythonWorkers> workers,
                          pool_->Take(options.deadline, event));
  return std::unique_ptr<Environment>(new PythonWorkerEnvironment(
      pool_, std::move(cancel), std::move(workers)));
}

}  // namespace rlmesh
