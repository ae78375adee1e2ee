// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The flags of `sandbox_runner run`.

#ifndef RLMESH_CLI_RUN_FLAGS_H_
#define RLMESH_CLI_RUN_FLAGS_H_

#include "absl/status/statusor.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/run/run_command_options.h"

namespace rlmesh {

// Its flags, declared in run_flags.cc, and its help.
CommandSpec RunSpec();

// The options that the flags and the rest of the line ask for. InvalidArgument
// when there is not exactly one source, or none to resume.
absl::StatusOr<RunCommandOptions> RunOptionsFromFlags(const CommandLine& line);

}  // namespace rlmesh

#endif  // RLMESH_CLI_RUN_FLAGS_H_
