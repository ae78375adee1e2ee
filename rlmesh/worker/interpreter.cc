// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/interpreter.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/program_path.h"

namespace rlmesh {

absl::StatusOr<std::string> FindInterpreter(const std::string& choice) {
  std::string program = "python3";
  std::string from = "the default";
  const char* variable = getenv("RLMESH_PYTHON");
  const char* environment = getenv("VIRTUAL_ENV");
  if (!choice.empty()) {
    program = choice;
    from = "from --interpreter";
  } else if (variable != nullptr && *variable != '\0') {
    program = variable;
    from = "from $RLMESH_PYTHON";
  } else if (environment != nullptr && *environment != '\0') {
    program = absl::StrCat(environment, "/bin/python");
    from = "from $VIRTUAL_ENV";
  }
  absl::StatusOr<std::string> path = FindProgram(program);
  if (path.ok()) return path;
  return absl::NotFoundError(
      absl::StrCat("no Python interpreter \"", program, "\" (", from,
                   "): ", path.status().message(),
                   "; name one with --interpreter=PATH or in $RLMESH_PYTHON"));
}

}  // namespace rlmesh
