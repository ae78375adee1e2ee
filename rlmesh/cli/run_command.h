// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// `sandbox_runner run SOURCE`.

#ifndef RLMESH_CLI_RUN_COMMAND_H_
#define RLMESH_CLI_RUN_COMMAND_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rlmesh/cli/interrupt.h"
#include "rlmesh/cli/run_command_options.h"
#include "rlmesh/sandbox/source_ref.h"

namespace rlmesh {

// What `text` names, as far as this build can run it: InvalidArgument for a
// text that is no source, Unimplemented for images.
absl::StatusOr<SourceRef> ParseRunnable(absl::string_view text);

// Plays episodes of the source with the policy: progress on standard error, the
// table or the JSON on standard output. Sweeps what earlier runs left behind
// first. Returns the exit code: 2 for options that cannot be, 1 for a failure,
// 130 after Ctrl-C; nothing is left behind but, after these, a journal to go on
// with.
// Example:
//   return RunSource(std::move(options), *interrupt);
int RunSource(RunCommandOptions options, const Interrupt& interrupt);

}  // namespace rlmesh

#endif  // RLMESH_CLI_RUN_COMMAND_H_
