// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#ifndef RLMESH_WORKER_INTERPRETER_H_
#define RLMESH_WORKER_INTERPRETER_H_

#include <string>

#include "absl/status/statusor.h"

namespace rlmesh {

// The Python to run user code with: `choice` when it is not empty, else
// $RLMESH_PYTHON, else the one of the virtual environment $VIRTUAL_ENV, else
// python3. NotFound says which of them was tried and how to name another one.
// Its version is checked by the worker itself (3.8 or newer).
//
// Example:
//   FindInterpreter("/opt/sim/bin/python");  // "/opt/sim/bin/python"
absl::StatusOr<std::string> FindInterpreter(const std::string& choice);

}  // namespace rlmesh

#endif  // RLMESH_WORKER_INTERPRETER_H_
