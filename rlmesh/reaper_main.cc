// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Removes what killed sandboxes left behind.

#include "absl/flags/flag.h"
#include "rlmesh/cli/interrupt.h"
#include "rlmesh/cli/reaper_command.h"

ABSL_FLAG(bool, once, true, "Sweep once, unless there is a --watch.");
ABSL_FLAG(absl::Duration, watch, absl::ZeroDuration(),
          "Sweep again after each such time, until interrupted. 0: once.");
ABSL_FLAG(bool, dry_run, false, "Say what would be removed, remove nothing.");
ABSL_FLAG(bool, json, false, "Print one JSON object a lease.");
ABSL_FLAG(std::string, leases, "",
          "Folder of the leases. Empty: leases in $RLMESH_CACHE, else in "
          "~/.cache/rlmesh.");

int main(int argc, char** argv) {
  using namespace rlmesh;
  const CommandSpec spec = ReaperSpec();
  auto interrupt = Interrupt::Install();
  CommandLine line;
  if (auto code = BeginProgram(spec, argc, argv, &line)) return *code;
  ReaperCommandOptions options;
  options.reaper.leases_folder = absl::GetFlag(FLAGS_leases);
  options.reaper.dry_run = absl::GetFlag(FLAGS_dry_run);
  options.watch = absl::GetFlag(FLAGS_watch);
  options.json = absl::GetFlag(FLAGS_json);
  options.cancel_fd = interrupt.ok() ? (*interrupt)->fd() : -1;
  return ReaperMain(options);
}
