// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The hold on what must not outlive us.

#ifndef RLMESH_CLEANUP_LEASE_H_
#define RLMESH_CLEANUP_LEASE_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "rlmesh/cleanup/lease_record.h"

namespace rlmesh {

// Owns processes and folders, from Take to Release or the destructor; a file in
// the user's leases folder says so meanwhile. When we are killed, the Reaper
// reads the file and removes them. Everything is written down, and synced,
// before it exists: a kill between the two leaves nothing unknown.
//
// Thread-safe. Each call that changes the lease writes a small file: a few
// milliseconds. A process that was forked off does not release it.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto lease, Lease::Take("", "CartPole-v1"));
//   RLMESH_ASSIGN_OR_RETURN(std::string folder, lease->MakeFolder());
//   options.env = {lease->variable()};
//   ... start the child ...
//   RLMESH_RETURN_IF_ERROR(lease->AddProcess(child->pid()));
class Lease {
 public:
  // `leases_folder` empty: the folder "leases" of CacheFolder. `what` is for
  // people.
  static absl::StatusOr<std::unique_ptr<Lease>> Take(std::string leases_folder,
                                                     absl::string_view what);

  // Not movable: the file names this lease for its whole life.
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  // Releases it; failures are logged, and the Reaper tries again.
  ~Lease();

  // Makes a short private folder (mode 0700) in /tmp, removed with the lease.
  absl::StatusOr<std::string> MakeFolder();

  // Adds a folder that is about to be made, named IsBuildFolder; removed with
  // the lease.
  absl::Status AddBuildFolder(absl::string_view path);

  // Adds a Unix socket that lies outside the folders.
  absl::Status AddSocket(absl::string_view path);

  // Adds a process that was started with variable() in its environment. Its
  // process group is owned too. One that has ended is fine.
  absl::Status AddProcess(pid_t pid);

  // "RLMESH_LEASE=...": belongs into the environment of every owned process,
  // which then can be found even if we die before AddProcess.
  std::string variable() const;

  // Kills the processes that have variable() in their environment: whatever
  // processes of ours have started and left behind.
  void KillStragglers() const;

  // The file, for messages.
  const std::string& path() const { return path_; }

  // Removes the folders and sockets, then the file. The processes must have
  // been stopped: that is their handles' work. Idempotent.
  absl::Status Release();

 private:
  Lease(std::string path, LeaseRecord record);
  absl::Status Write() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string path_;
  mutable absl::Mutex mu_;
  LeaseRecord record_ ABSL_GUARDED_BY(mu_);
  bool released_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rlmesh

#endif  // RLMESH_CLEANUP_LEASE_H_
