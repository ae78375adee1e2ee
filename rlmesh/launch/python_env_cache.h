// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Isolated Python environments, made once per set of packages.

#ifndef RLMESH_LAUNCH_PYTHON_ENV_CACHE_H_
#define RLMESH_LAUNCH_PYTHON_ENV_CACHE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/launch/python_probe.h"

namespace rlmesh {

struct PythonEnvOptions {
  // What the environment is built on; see ProbePython.
  Interpreter interpreter;
  // Requirements as pip takes them, "numpy" or "gymnasium[box2d]==1.0.0". Order
  // and repetition do not matter. Files (./x.whl) count with their contents.
  std::vector<std::string> packages;
  // A file for pip's -r; its contents are part of the key. Empty: none.
  std::string requirements_file;
  // Where environments are kept; empty: the folder "envs" of CacheFolder.
  std::string folder;
  // What relative paths among the above are relative to; empty: where we are.
  std::string working_dir;
  // Longest time for the installation, and for another process's.
  absl::Duration timeout = absl::Minutes(30);
  // Stops the work when it becomes readable; -1: never. Borrowed.
  int cancel_fd = -1;
  // Told what takes the time, in sentences without a stop. May be null.
  std::function<void(absl::string_view)> on_progress;
  // Told, from another thread, the lines of pip that show progress. May be
  // null.
  std::function<void(absl::string_view)> on_detail;

  // InvalidArgument naming the package that cannot be one.
  absl::Status Validate() const;
};

// An environment that is complete: nothing ever changes it again.
struct PythonEnv {
  std::string python;  // its interpreter
  std::string folder;
  bool was_cached = false;
};

// The environment of these packages: found within milliseconds, or made with
// venv and pip as this machine has it set up (its index, proxies and caches are
// respected) in a minute or so. One that is found needs no network.
//
// Never half-made: made beside its place in a folder of its own, synced, then
// renamed. That folder and the processes at work in it are under a Lease:
// whatever a killed process left is ended and cleared by the next one, or by
// the Reaper. Any number of processes may call it at once: those that want the
// same environment make it once, the others wait, and say so. Thread-safe.
//
// Errors: NotFound naming a package that does not exist; Unavailable when pip
// reaches no index; FailedPrecondition when the interpreter cannot make
// environments or the packages do not go together; DeadlineExceeded; Cancelled.
// ErrorDetails::traceback has the end of pip's output.
//
// Example:
//   PythonEnvOptions options;
//   options.interpreter = interpreter;
//   options.packages = {"gymnasium", "numpy"};
//   RLMESH_ASSIGN_OR_RETURN(PythonEnv env, PreparePythonEnv(options));
absl::StatusOr<PythonEnv> PreparePythonEnv(const PythonEnvOptions& options);

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_PYTHON_ENV_CACHE_H_
