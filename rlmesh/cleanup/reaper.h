// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Removing what has no living owner.

#ifndef RLMESH_CLEANUP_REAPER_H_
#define RLMESH_CLEANUP_REAPER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace rlmesh {

struct ReaperOptions {
  // Empty: the folder "leases" of CacheFolder.
  std::string leases_folder;
  // Say what would be removed, and remove nothing.
  bool dry_run = false;
  // How long another sweep may be waited for.
  absl::Duration lock_timeout = absl::Seconds(5);
  // Stands before /proc and /etc: for tests.
  std::string root;
};

// What a sweep did about one lease.
struct SweptLease {
  enum class Outcome {
    kKept,        // its owner lives, or may
    kReaped,      // its owner is gone, and so is what it owned
    kFailed,      // its owner is gone, and something of it could not be removed
    kUnreadable,  // the file is damaged; nothing was touched
  };
  std::string path;
  std::string what;
  Outcome outcome = Outcome::kKept;
  std::string reason;  // half a sentence
  // "process 17", "folder /tmp/...", "socket /tmp/...".
  std::vector<std::string> removed;
};

// Looks at every lease of this user. Where the owner is gone for certain, kills
// its processes and their groups, and removes its folders, sockets and file. A
// process is killed only when its number and start time, or the token in its
// environment, are those of the lease; a folder is removed only when it is ours
// and of the kind that leases make. So a damaged or forged file costs nothing.
//
// One sweep runs at a time: Unavailable when another one does not end. Takes
// milliseconds, up to seconds where processes die slowly. Thread-safe.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(std::vector<SweptLease> swept, Sweep({}));
absl::StatusOr<std::vector<SweptLease>> Sweep(const ReaperOptions& options);

}  // namespace rlmesh

#endif  // RLMESH_CLEANUP_REAPER_H_
