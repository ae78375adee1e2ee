// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Makes environments that are written in Python.

#ifndef RLMESH_ENV_PYTHON_PYTHON_WORKER_FACTORY_H_
#define RLMESH_ENV_PYTHON_PYTHON_WORKER_FACTORY_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/python/python_environment_options.h"
#include "rlmesh/env/python/python_worker_pool.h"

namespace rlmesh {

// Makes environments from one source. The instance made for the contract serves
// the first session; when a session ends its processes are kept, those of one
// session at most, and the next gets fresh environments in them at once.
//
// Thread-safe. May be destroyed before its environments.
//
// Example:
//   PythonEnvironmentOptions options;
//   options.gym = "CartPole-v1";
//   RLMESH_ASSIGN_OR_RETURN(auto factory,
//                           PythonWorkerFactory::Create(options));
//   RLMESH_ASSIGN_OR_RETURN(auto env, factory->Create());
class PythonWorkerFactory : public EnvironmentFactory {
 public:
  // Starts the first workers, for the contract. Errors name the value that is
  // wrong and the way out: NotFound for an unknown id, module or interpreter
  // (with near matches), FailedPrecondition for a missing package,
  // InvalidArgument for what is no environment, Internal when its code raises,
  // DeadlineExceeded or Cancelled as `create` says; no process is left then.
  static absl::StatusOr<std::unique_ptr<PythonWorkerFactory>> Create(
      PythonEnvironmentOptions options,
      const CreateOptions& create = CreateOptions());

  // Closes the processes that are kept.
  ~PythonWorkerFactory() override { pool_->Close(); }

  const EnvContract& contract() const override { return pool_->contract(); }
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& options) override;
  // Whether lanes are reset and stepped only all together.
  bool is_lockstep() const { return pool_->is_lockstep(); }
  // 1 when the user gave finished environments.
  int max_environments() const override;

 private:
  explicit PythonWorkerFactory(std::shared_ptr<PythonWorkerPool> pool)
      : pool_(std::move(pool)) {}
  const std::shared_ptr<PythonWorkerPool> pool_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_PYTHON_PYTHON_WORKER_FACTORY_H_
