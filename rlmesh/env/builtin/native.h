// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Native environments by name.

#ifndef RLMESH_ENV_BUILTIN_NATIVE_H_
#define RLMESH_ENV_BUILTIN_NATIVE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {

// The factory of `--native=NAME`: "cartpole" (also "CartPole-v1") or
// "synthetic". `kwargs` is a serialized MetaMap (adapters/meta_json.h makes one
// of JSON): cartpole takes none, synthetic the fields of SyntheticOptions. With
// more than one lane, or kNextStep, the environments are VectorEnvironments.
// NotFound for a name that does not exist, with those that do; InvalidArgument
// for an argument.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto factory, NativeFactory("cartpole", ""));
absl::StatusOr<std::unique_ptr<EnvironmentFactory>> NativeFactory(
    absl::string_view name, absl::string_view kwargs, int num_envs = 1,
    AutoresetMode autoreset = AutoresetMode::kDisabled);

}  // namespace rlmesh

#endif  // RLMESH_ENV_BUILTIN_NATIVE_H_
