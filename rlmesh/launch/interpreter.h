// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which Python a sandbox is built on.

#ifndef RLMESH_LAUNCH_INTERPRETER_H_
#define RLMESH_LAUNCH_INTERPRETER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// A Python interpreter that was run and answered.
struct Interpreter {
  std::string path;            // absolute; of the program itself, not of a shim
  std::string version;         // "3.11.2"
  std::string implementation;  // "cpython-311"
  std::string platform;        // "linux-x86_64"
  // Its pip, "23.0.1"; empty when it has none.
  std::string pip_version;
  // Folders it reads its library from.
  std::vector<std::string> prefixes;
};

// Finds and asks the interpreter: `flag` when not empty, else $RLMESH_PYTHON,
// else $VIRTUAL_ENV, else python3. A name without a slash is looked up in PATH.
// Runs it for some 30 ms; a folder is taken as a virtual environment.
//
// NotFound when there is none, FailedPrecondition when it is no Python of 3.8
// or newer; both name where the choice came from. Cancelled when `cancel_fd`
// (-1: none) became readable.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(Interpreter python, FindInterpreter("", -1));
absl::StatusOr<Interpreter> FindInterpreter(absl::string_view flag,
                                            int cancel_fd);

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_INTERPRETER_H_
