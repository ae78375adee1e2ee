// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cleanup/lease.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "glog/logging.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
absl::StatusOr<std::unique_ptr<Lease>> Lease::Take(std::string leases_folder,
                                                   absl::string_view what) {
  if (leases_folder.empty()) {
    RLMESH_ASSIGN_OR_RETURN(leases_folder, CacheFolder("leases"));
  } else {
    RLMESH_RETURN_IF_ERROR(MakeFolders(leases_folder));
  }
  const ProcTable table;
  RLMESH_ASSIGN_OR_RETURN(ProcessInfo self, table.Look(getpid()));
  LeaseRecord record;
  record.token = absl::StrFormat("%016x%016x", RandomSeed(), RandomSeed());
  record.what = std::string(what);
  record.owner = {self.pid, self.start_time};
  record.owner_machine = table.Machine();
  std::string path = absl::StrCat(leases_folder, "/", record.token, ".json");
  std::unique_ptr<Lease> lease(new Lease(std::move(path), std::move(record)));
  absl::MutexLock lock(&lease->mu_);
  RLMESH_RETURN_IF_ERROR(lease->Write());
  return lease;
}

Lease::Lease(std::string path, LeaseRecord record)
    : path_(std::move(path)), record_(std::move(record)) {}

Lease::~Lease() {
  if (absl::Status s = Release(); !s.ok()) {
    LOG(WARNING) << "releasing the lease " << path_ << ": " << s;
  }
}

absl::Status Lease::Write() const {
  if (released_) {
    return absl::FailedPreconditionError(
        absl::StrCat("the lease ", path_, " was released"));
  }
  return WriteFileAtomically(path_, record_.ToJson());
}

absl::StatusOr<std::string> Lease::MakeFolder() {
  absl::MutexLock lock(&mu_);
  std::string folder =
      absl::StrCat("/tmp/rlmesh-sandbox-", record_.token.substr(0, 12));
  if (!record_.folders.empty()) {
    absl::StrAppend(&folder, "-", record_.folders.size());
  }
  record_.folders.push_back(folder);
  RLMESH_RETURN_IF_ERROR(Write());
  if (mkdir(folder.c_str(), 0700) != 0) {
    const int error = errno;
    // What was there before is not ours to remove.
    record_.folders.pop_back();
    (void)Write();
    return absl::ErrnoToStatus(error,
                               absl::StrCat("making the folder ", folder));
  }
  return folder;
}

absl::Status Lease::AddBuildFolder(absl::string_view path) {
  if (!IsBuildFolder(path)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the folder ", path, " is not named as build folders are, ",
        "and would never be cleaned up"));
  }
  absl::MutexLock lock(&mu_);
  record_.folders.emplace_back(path);
  return Write();
}

absl::Status Lease::AddSocket(absl::string_view path) {
  absl::MutexLock lock(&mu_);
  record_.sockets.emplace_back(path);
  return Write();
}

absl::Status Lease::AddProcess(pid_t pid) {
  absl::StatusOr<ProcessInfo> process = ProcTable().Look(pid);
  if (absl::IsNotFound(process.status())) return absl::OkStatus();
  RLMESH_RETURN_IF_ERROR(process.status());
  absl::MutexLock lock(&mu_);
  record_.processes.push_back({process->pid, process->start_time});
  return Write();
}

std::string Lease::variable() const {
  absl::MutexLock lock(&mu_);
  return record_.Variable();
}

void Lease::KillStragglers() const { ProcTable().KillMarked(variable()); }

absl::Status Lease::Release() {
  absl::MutexLock lock(&mu_);
  if (released_ || record_.owner.pid != getpid()) return absl::OkStatus();
  for (const std::string& socket : record_.sockets) unlink(socket.c_str());
  for (const std::string& folder : record_.folders) {
    RLMESH_RETURN_IF_ERROR(RemoveTree(folder));
  }
  released_ = true;
  if (unlink(path_.c_str()) != 0 && errno != ENOENT) {
    return absl::ErrnoToStatus(errno, absl::StrCat("removing ", path_));
  }
  return absl::OkStatus();
}

}  // namespace rlmesh
