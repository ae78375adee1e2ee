// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Factories of what exists already.

#ifndef RLMESH_DRIVER_BORROWED_H_
#define RLMESH_DRIVER_BORROWED_H_

#include <memory>

#include "absl/status/statusor.h"
#include "rlmesh/driver/model_factory.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/model/model.h"

namespace rlmesh {

// "Makes" the one environment that it was given: what it gives out passes calls
// on, and its Close does nothing. One session at a time; after a fault, the
// same environment has to go on.
class BorrowedEnvironmentFactory : public EnvironmentFactory {
 public:
  // Not owned; must outlive this and what it makes.
  explicit BorrowedEnvironmentFactory(Environment* environment)
      : environment_(environment) {}

  const EnvContract& contract() const override {
    return environment_->contract();
  }
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& options) override;
  int max_environments() const override { return 1; }

 private:
  Environment* const environment_;
};

// The same for a model, which any number of sessions share.
class BorrowedModelFactory : public ModelFactory {
 public:
  // Not owned; must outlive this and what it makes.
  explicit BorrowedModelFactory(Model* model) : model_(model) {}

  absl::StatusOr<std::unique_ptr<Model>> Create(
      Cancellation* cancellation) override;

 private:
  Model* const model_;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_BORROWED_H_
