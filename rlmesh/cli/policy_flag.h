// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// --policy=, as far as it can be checked before there is an environment.

#ifndef RLMESH_CLI_POLICY_FLAG_H_
#define RLMESH_CLI_POLICY_FLAG_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rlmesh/model/builtin/policy.h"

namespace rlmesh {

// The policy that `text` names. InvalidArgument quotes --policy= with its
// value, and shows the nearest one that would do. Whether a constant fits the
// actions is known once there is an action space.
//
// Example:
//   ParsePolicyFlag("constant:[1");  // "... is not valid JSON ...; write ..."
absl::StatusOr<Policy> ParsePolicyFlag(absl::string_view text);

}  // namespace rlmesh

#endif  // RLMESH_CLI_POLICY_FLAG_H_
