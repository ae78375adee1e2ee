// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// `sandbox_runner run SOURCE`.

#ifndef RLMESH_CLI_RUN_COMMAND_H_
#define RLMESH_CLI_RUN_COMMAND_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/cli/interrupt.h"
#include "rlmesh/launch/process_runtime.h"
#include "rlmesh/sandbox/source_ref.h"

namespace rlmesh {

struct RunCommandOptions {
  std::string source;
  // "auto" or "process".
  std::string runtime = "auto";
  // As model/builtin/policy.h has it.
  std::string policy = "random";
  int64_t episodes = 5;
  absl::optional<int64_t> seed;
  int64_t max_steps = 100000;
  // Of all the playing together.
  absl::Duration timeout = absl::InfiniteDuration();
  bool json = false;
  ProcessRuntimeOptions process;

  // InvalidArgument names the flag and its value.
  absl::Status Validate() const;
};

// What `text` names, as far as this build can run it: InvalidArgument for a
// text that is no source, Unimplemented for images.
absl::StatusOr<SourceRef> ParseRunnable(absl::string_view text);

// Plays episodes of the source with the policy: progress on standard error, the
// table or the JSON on standard output. Sweeps what earlier runs left behind
// first. Returns the exit code: 2 for options that cannot be, 1 for a failure,
// 130 after Ctrl-C; nothing is left behind in any case.
// Example:
//   return RunSource(options, *interrupt);
int RunSource(const RunCommandOptions& options, const Interrupt& interrupt);

}  // namespace rlmesh

#endif  // RLMESH_CLI_RUN_COMMAND_H_
