// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The flags of `sandbox_runner run`.

#ifndef RLMESH_CLI_RUN_FLAGS_H_
#define RLMESH_CLI_RUN_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/run_command.h"

namespace rlmesh {

// Its flags, declared in run_flags.cc, and its help.
CommandSpec RunSpec();

// The options that the flags and the rest of the line ask for. InvalidArgument
// when there is not exactly one source.
absl::StatusOr<RunCommandOptions> RunOptionsFromFlags(const CommandLine& line);

// Cuts "numpy>=1,<2,gymnasium[box2d,mujoco]" into its two requirements: at
// commas that are not within brackets and do not continue a version.
// Example:
//   SplitRequirements("a,b==1");  // {"a", "b==1"}
std::vector<std::string> SplitRequirements(absl::string_view text);

}  // namespace rlmesh

#endif  // RLMESH_CLI_RUN_FLAGS_H_
