// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What `sandbox_runner run` was asked for.

#ifndef RLMESH_CLI_RUN_COMMAND_OPTIONS_H_
#define RLMESH_CLI_RUN_COMMAND_OPTIONS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/cli/security/security_flags.h"
#include "rlmesh/driver/journal_record.h"
#include "rlmesh/driver/run_options.h"
#include "rlmesh/launch/process_runtime.h"

namespace rlmesh {

// The flags of the same names, where there is no comment.
struct RunCommandOptions {
  // The argument; empty with --resume: the journal's.
  std::string source;
  // "auto" or "process".
  std::string runtime = "auto";
  // As model/builtin/policy.h has it.
  std::string policy = "random";
  int64_t episodes = 5;
  absl::optional<int64_t> seed;
  bool seed_was_chosen = false;  // by us: the user is told
  int64_t max_episode_steps = 100000;
  absl::Duration max_episode_time = absl::InfiniteDuration();
  // Of all the playing together.
  absl::Duration timeout = absl::InfiniteDuration();
  absl::Duration predict_timeout = absl::Seconds(300);
  OnFault on_fault = OnFault::kRaise;
  int64_t retries = 3;
  int64_t total_retries = 1000;
  int parallel = 1;
  int execution_horizon = 1;
  int prefetch_lead = 0;
  int64_t trial_index_base = 0;
  bool json = false;
  bool telemetry = false;
  // At most one of them is set; paths that need no working directory.
  std::string journal;
  std::string resume;
  ProcessRuntimeOptions process;
  SecurityFlags security;         // as ShareSecurity has them
  SecurityFlags policy_security;  // the flags that begin with policy_

  // The flags that the user wrote: with --resume, the others have the
  // journal's values.
  std::set<std::string> given;

  // InvalidArgument names the flag and its value.
  absl::Status Validate() const;

  // Of the run alone: seed, caps, deadlines.
  RunOptions PlayOptions() const;

  // What a journal says of this run; the seed must be set.
  JournalHeader Header() const;

  // Takes what `given` does not name from a journal. InvalidArgument for
  // values that no flag takes.
  absl::Status TakeOver(const JournalHeader& header);
};

// Cuts "numpy>=1,<2,gymnasium[box2d,mujoco]" into its two requirements: at
// commas that are not within brackets and do not continue a version.
// Example:
//   SplitRequirements("a,b==1");  // {"a", "b==1"}
std::vector<std::string> SplitRequirements(absl::string_view text);

// Cuts at commas and trims; empty parts are left out.
std::vector<std::string> SplitNames(absl::string_view text);

}  // namespace rlmesh

#endif  // RLMESH_CLI_RUN_COMMAND_OPTIONS_H_
