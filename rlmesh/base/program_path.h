// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#ifndef RLMESH_BASE_PROGRAM_PATH_H_
#define RLMESH_BASE_PROGRAM_PATH_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// The path of `program`: itself when it has a slash, else the first executable
// file of that name in the folders of PATH. NotFound names what was looked for,
// and where.
//
// Example:
//   FindProgram("python3");  // "/usr/bin/python3"
absl::StatusOr<std::string> FindProgram(absl::string_view program);

}  // namespace rlmesh

#endif  // RLMESH_BASE_PROGRAM_PATH_H_
