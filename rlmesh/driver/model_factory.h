// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Where a run gets models from.

#ifndef RLMESH_DRIVER_MODEL_FACTORY_H_
#define RLMESH_DRIVER_MODEL_FACTORY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/model/model.h"

namespace rlmesh {

// Makes models of one kind, as EnvironmentFactory makes environments: one for
// each session of a run, and another one when a model was lost. Thread-safe.
//
// Example:
//   class Connector : public ModelFactory {
//     absl::StatusOr<std::unique_ptr<Model>> Create(
//         Cancellation* cancellation) override {
//       return RemoteModel::Connect(address, {}, cancellation);
//     }
//   };
class ModelFactory {
 public:
  virtual ~ModelFactory() = default;

  // Blocks for as long as connecting takes, some seconds at most. Unavailable
  // when nobody answers now and somebody may later, Cancelled when
  // `cancellation` says so (borrowed for the call; null: never).
  virtual absl::StatusOr<std::unique_ptr<Model>> Create(
      Cancellation* cancellation) = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_MODEL_FACTORY_H_
