// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What `reaper` does between its flags and its exit code.

#ifndef RLMESH_CLI_REAPER_COMMAND_H_
#define RLMESH_CLI_REAPER_COMMAND_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rlmesh/cleanup/reaper.h"
#include "rlmesh/cli/command_line.h"

namespace rlmesh {

struct ReaperCommandOptions {
  ReaperOptions reaper;
  // Zero: sweep once. Else: sweep, wait so long, sweep again.
  absl::Duration watch = absl::ZeroDuration();
  // One JSON object a lease instead of a line.
  bool json = false;
  // Ends a watch when readable; -1: never. Borrowed.
  int cancel_fd = -1;

  // InvalidArgument names the flag and its value.
  absl::Status Validate() const;
};

// Sweeps and tells, on `out`, what was done: a line for each lease that was not
// simply kept (with --json and in a dry run: for all). A watch goes on after a
// sweep that failed, saying so once, and is OK when it is cancelled. A single
// sweep is DataLoss when something could not be removed or read.
// Example:
//   RLMESH_RETURN_IF_ERROR(RunReaper(options, &std::cout));
absl::Status RunReaper(const ReaperCommandOptions& options, std::ostream* out);

// RunReaper on standard output, errors on standard error; the exit code.
int ReaperMain(const ReaperCommandOptions& options);

// The flags it takes, declared in reaper_main.cc, and its help.
CommandSpec ReaperSpec();

}  // namespace rlmesh

#endif  // RLMESH_CLI_REAPER_COMMAND_H_
