// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// From a source to environments that can be stepped, with processes alone.

#ifndef RLMESH_LAUNCH_PROCESS_RUNTIME_H_
#define RLMESH_LAUNCH_PROCESS_RUNTIME_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/launch/sandbox_environment.h"
#include "rlmesh/sandbox/source_ref.h"

namespace rlmesh {

struct ProcessRuntimeOptions {
  // Packages beside what the environment is known to need. A file for pip's -r
  // replaces all that is known.
  std::vector<std::string> packages;
  std::string requirements_file;
  // Modules to import before the environment is made.
  std::vector<std::string> imports;
  // Keyword arguments of the environment, a JSON object. Empty: none.
  std::string kwargs;

  // Choices of the user; empty: see FindServer and worker/interpreter.h.
  std::string env_server;
  std::string interpreter;
  // What relative paths are relative to; empty: where we are.
  std::string working_dir;

  enum class Isolation { kAuto, kBubblewrap, kNone };
  // kAuto takes bubblewrap where it works; kBubblewrap insists on it.
  Isolation isolation = Isolation::kAuto;

  absl::Duration install_timeout = absl::Minutes(30);
  absl::Duration start_timeout = absl::Seconds(30);
  absl::Duration reset_timeout = absl::Seconds(600);
  absl::Duration step_timeout = absl::Seconds(300);

  // Stops the start when it becomes readable; -1: never. Borrowed.
  int cancel_fd = -1;
  // Told what takes the time, in sentences without a stop; and details of it.
  // From any thread. May be null.
  std::function<void(absl::string_view)> on_progress;
  std::function<void(absl::string_view)> on_detail;

  // A SandboxError of kind kInvalidOption names the field and its value.
  absl::Status Validate() const;
};

// Makes (or finds) the Python environment that `source` needs, starts
// env_server with it in a ProcessSandbox. Blocks for a
// minute or so the first time, a second later on. Thread-safe.
//
// Errors: Unimplemented for a source that this runtime cannot run; those of
// PreparePythonEnv and SandboxEnvironmentFactory::Start; Cancelled.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(SourceRef source, SourceRef::Parse("CartPole-v1"));
//   RLMESH_ASSIGN_OR_RETURN(auto envs, StartInProcesses(source, {}));
absl::StatusOr<std::unique_ptr<SandboxEnvironmentFactory>> StartInProcesses(
    const SourceRef& source, const ProcessRuntimeOptions& options);

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_PROCESS_RUNTIME_H_
