// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// `sandbox_runner run SOURCE`.

#ifndef RLMESH_CLI_RUN_COMMAND_H_
#define RLMESH_CLI_RUN_COMMAND_H_

#include "rlmesh/cli/interrupt.h"
#include "rlmesh/cli/run/run_command_options.h"

namespace rlmesh {

// Plays episodes of the source with the policy: progress on standard error, the
// table or the JSON on standard output. Sweeps what earlier runs left behind
// first. Returns the exit code: 2 for options that cannot be, 1 for a failure,
// 130 after Ctrl-C; nothing is left behind but, after these, a journal to go on
// with.
// Example:
//   return PlaySource(std::move(options), *interrupt);
int PlaySource(RunCommandOptions options, const Interrupt& interrupt);

}  // namespace rlmesh

#endif  // RLMESH_CLI_RUN_COMMAND_H_
