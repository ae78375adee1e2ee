// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Running venv and pip, and reading what they say.

#ifndef RLMESH_LAUNCH_PIP_H_
#define RLMESH_LAUNCH_PIP_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/cleanup/lease.h"
#include "rlmesh/launch/python_probe.h"

namespace rlmesh {

// The fields are those of PythonEnvOptions.
struct PipRequest {
  Interpreter interpreter;
  std::vector<std::string> packages;
  std::string requirements_file;
  std::string working_dir;
  std::string folder;  // of the virtual environment
  // Where venv, pip and what they run put what is not kept; and what owns all
  // these processes. Borrowed.
  std::string temp_folder;
  Lease* lease = nullptr;
  absl::Time deadline;
  int cancel_fd = -1;
  std::function<void(absl::string_view)> on_detail;
  // Set by MakeVirtualEnvironment: how pip is called.
  std::vector<std::string> pip;
};

// Makes an empty virtual environment in `request->folder`, and finds a pip for
// it: the interpreter's own when that can install elsewhere (22.3), which takes
// a tenth of a second, else one put into the environment.
absl::Status MakeVirtualEnvironment(PipRequest* request);

// Installs the packages into it. Blocks for as long as that takes.
absl::Status InstallPackages(const PipRequest& request);

// What the output of a pip that failed means: NotFound for a package that does
// not exist, Unavailable when no index answered, else FailedPrecondition, with
// the end of the output in ErrorDetails::traceback. Any text is fine.
absl::Status ExplainPipFailure(absl::string_view output);

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_PIP_H_
