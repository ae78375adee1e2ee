// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Finding the programs that ours start.

#ifndef RLMESH_LAUNCH_SERVER_BINARY_H_
#define RLMESH_LAUNCH_SERVER_BINARY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// The path of `name` ("env_server"): `flag` when not empty, else the variable
// RLMESH_ENV_SERVER (of that name), else beside our own binary, else among its
// runfiles. NotFound says where it was looked for and what to set; a choice of
// the user that is no program is an error, never passed over.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(std::string path, FindServer("env_server", flag));
absl::StatusOr<std::string> FindServer(absl::string_view name,
                                       const std::string& flag);

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_SERVER_BINARY_H_
