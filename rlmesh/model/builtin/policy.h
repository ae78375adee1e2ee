// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Policies by name.

#ifndef RLMESH_MODEL_BUILTIN_POLICY_H_
#define RLMESH_MODEL_BUILTIN_POLICY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rlmesh/model/model.h"

namespace rlmesh {

// What `--policy=` asks for. Value type.
//
//   random            samples the action space
//   constant:VALUE    always VALUE: constant:1, constant:[0.5, -1]
//   ADDRESS           a model server: HOST:PORT, tcp://..., unix://...
//
// A host that is called "constant" is written tcp://constant:PORT.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(Policy policy, Policy::Parse("constant:1"));
struct Policy {
  enum class Kind { kRandom, kConstant, kRemote };

  Kind kind = Kind::kRandom;
  // The value of a constant (not yet read: that takes an action space), the
  // address of a remote one.
  std::string text;

  // InvalidArgument quotes `text` and shows what is allowed.
  static absl::StatusOr<Policy> Parse(absl::string_view text);
};

// A built-in model; `policy` is not remote. `seed` is for episodes that come
// without one.
std::unique_ptr<Model> MakeBuiltinModel(const Policy& policy, uint64_t seed);

}  // namespace rlmesh

#endif  // RLMESH_MODEL_BUILTIN_POLICY_H_
