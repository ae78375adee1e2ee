// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/reaper_command.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iostream>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "glog/logging.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/poll_timeout.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

constexpr char kAbout[] =
    R"(reaper removes what a killed sandbox_runner left behind: processes, folders and
sockets that are named in a lease whose owner is gone. Nothing else is touched,
and nothing whose owner lives. Every sandbox_runner does the same when it starts.

Usage:
  reaper                      sweep once
  reaper --dry_run            say what a sweep would remove
  reaper --watch=2s           go on sweeping until interrupted
)";

absl::string_view NameOf(SweptLease::Outcome outcome) {
  switch (outcome) {
    case SweptLease::Outcome::kKept:
      return "kept";
    case SweptLease::Outcome::kReaped:
      return "reaped";
    case SweptLease::Outcome::kFailed:
      return "failed";
    case SweptLease::Outcome::kUnreadable:
      return "unreadable";
  }
  return "unknown";
}

std::string Describe(const SweptLease& lease, bool json, bool dry_run) {
  if (json) {
    return PrintJson({{"lease", lease.path},
                      {"what", lease.what},
                      {"outcome", std::string(NameOf(lease.outcome))},
                      {"reason", lease.reason},
                      {"removed", lease.removed},
                      {"dry_run", dry_run}});
  }
  const bool reaps = lease.outcome == SweptLease::Outcome::kReaped;
  std::string line = absl::StrCat(
      dry_run && reaps ? "would reap" : NameOf(lease.outcome), " ",
      lease.what.empty() ? lease.path : lease.what, ": ", lease.reason);
  if (!lease.removed.empty()) {
    absl::StrAppend(&line, "; ", dry_run ? "would remove " : "removed ",
                    absl::StrJoin(lease.removed, ", "));
  }
  return line;
}

// Sweeps once; counts in `problems` what needs somebody's eyes.
absl::Status SweepAndTell(const ReaperCommandOptions& options,
                          std::ostream* out, int* problems) {
  RLMESH_ASSIGN_OR_RETURN(std::vector<SweptLease> swept, Sweep(options.reaper));
  int kept = 0, reaped = 0;
  for (const SweptLease& lease : swept) {
    const bool is_kept = lease.outcome == SweptLease::Outcome::kKept;
    const bool is_reaped = lease.outcome == SweptLease::Outcome::kReaped;
    kept += is_kept;
    reaped += is_reaped;
    *problems += !is_kept && !is_reaped;
    if (is_kept && !options.json && !options.reaper.dry_run) continue;
    *out << Describe(lease, options.json, options.reaper.dry_run) << std::endl;
  }
  if (!options.json && options.watch == absl::ZeroDuration()) {
    *out << kept << " kept, " << reaped
         << (options.reaper.dry_run ? " would be reaped" : " reaped")
         << (*problems > 0 ? absl::StrCat(", ", *problems, " with problems")
                           : "")
         << std::endl;
  }
  return absl::OkStatus();
}

// False when `fd` became readable within `duration`.
bool WaitUnlessCancelled(absl::Duration duration, int fd) {
  const absl::Time deadline = SteadyNow() + duration;
  while (true) {
    pollfd poll_fd = {fd, POLLIN, 0};
    const int ready = poll(&poll_fd, 1, PollTimeout(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && SteadyNow() < deadline) continue;
    return ready == 0;
  }
}

}  // namespace

absl::Status ReaperCommandOptions::Validate() const {
  if (watch != absl::ZeroDuration() &&
      (watch < absl::Milliseconds(100) || watch > absl::Hours(24))) {
    return absl::InvalidArgumentError(
        absl::StrCat("--watch=", absl::FormatDuration(watch),
                     " must be from 100ms to 24h; write --watch=",
                     watch > absl::Hours(24) ? "24h" : "100ms",
                     ", or leave it out to sweep once"));
  }
  return absl::OkStatus();
}

absl::Status RunReaper(const ReaperCommandOptions& options, std::ostream* out) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  int problems = 0;
  if (options.watch == absl::ZeroDuration()) {
    RLMESH_RETURN_IF_ERROR(SweepAndTell(options, out, &problems));
    if (problems == 0) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(
        problems, " of the leases could not be read or reaped; see above"));
  }
  std::string told;  // the last failure, so that it is told once
  do {
    absl::Status status = SweepAndTell(options, out, &problems);
    if (!status.ok() && told != status.message()) LOG(WARNING) << status;
    told = std::string(status.message());
  } while (WaitUnlessCancelled(options.watch, options.cancel_fd));
  return absl::OkStatus();
}

int ReaperMain(const ReaperCommandOptions& options) {
  const absl::Status status = RunReaper(options, &std::cout);
  if (status.ok()) return kExitOk;
  if (absl::IsInvalidArgument(status)) return UsageError(ReaperSpec(), status);
  return Failure("reaper", status);
}

CommandSpec ReaperSpec() {
  CommandSpec spec;
  spec.program = "reaper";
  spec.about = kAbout;
  spec.flags = {"once", "watch", "dry_run", "json", "leases"};
  return spec;
}

}  // namespace rlmesh
