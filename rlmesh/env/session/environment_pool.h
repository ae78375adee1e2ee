// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// At most so many environments at a time.

#ifndef RLMESH_ENV_SESSION_ENVIRONMENT_POOL_H_
#define RLMESH_ENV_SESSION_ENVIRONMENT_POOL_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "rlmesh/base/steady_cond_var.h"
#include "rlmesh/env/environment.h"

namespace rlmesh {

// Hands out environments of one factory, never more at a time than it allows
// (EnvironmentFactory::max_environments). A session that ended may still be
// tidying up when the next one begins; the pool makes the next one wait.
// Thread-safe.
//
// Example:
//   EnvironmentPool pool(&factory);
//   RLMESH_ASSIGN_OR_RETURN(auto lease, pool.Acquire({deadline,
//   &cancellation})); lease->Reset({}, &observation);
class EnvironmentPool {
 public:
  // An environment, given back in the destructor, which may block for as long
  // as the environment needs to end. Move-only.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          environment_(std::move(other.environment_)) {}
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    Environment* get() const { return environment_.get(); }
    Environment* operator->() const { return environment_.get(); }

   private:
    friend class EnvironmentPool;
    Lease(EnvironmentPool* pool, std::unique_ptr<Environment> environment)
        : pool_(pool), environment_(std::move(environment)) {}

    EnvironmentPool* pool_ = nullptr;
    std::unique_ptr<Environment> environment_;
  };

  // `factory` is borrowed; the pool outlives its leases.
  explicit EnvironmentPool(EnvironmentFactory* factory) : factory_(factory) {}

  // Blocks until there is room, then for as long as the factory takes, both
  // within what `options` say. ResourceExhausted when there is no room by the
  // deadline, Cancelled when there was none by then; other errors are the
  // factory's.
  absl::StatusOr<Lease> Acquire(const CreateOptions& options);

 private:
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return live_ < factory_->max_environments();
  }
  void Return();

  EnvironmentFactory* const factory_;
  absl::Mutex mu_;
  SteadyCondVar changed_;
  int live_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_SESSION_ENVIRONMENT_POOL_H_
