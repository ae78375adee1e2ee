// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which Python a sandbox is built on.

#ifndef RLMESH_LAUNCH_PYTHON_PROBE_H_
#define RLMESH_LAUNCH_PYTHON_PROBE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

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

// Finds the interpreter as worker/interpreter.h says (`choice`, when not empty,
// first) and asks it. Runs it for some 30 ms.
//
// NotFound when there is none, FailedPrecondition when it is no Python of 3.8
// or newer. Cancelled when `cancel_fd` (-1: none) became readable.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(Interpreter python, ProbePython("", -1));
absl::StatusOr<Interpreter> ProbePython(const std::string& choice,
                                        int cancel_fd);

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_PYTHON_PROBE_H_
