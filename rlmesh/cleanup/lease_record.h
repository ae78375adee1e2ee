// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a lease says: who owns what.

#ifndef RLMESH_CLEANUP_LEASE_RECORD_H_
#define RLMESH_CLEANUP_LEASE_RECORD_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/proc_table.h"

namespace rlmesh {

// The contents of a lease file, one JSON object:
//
//   {"version": 1, "token": "32 hex digits", "what": "CartPole-v1",
//    "owner": {"pid": 7, "start_time": 123, "pid_namespace": "pid:[1]",
//              "boot_id": "...", "machine_id": "..."},
//    "processes": [{"pid": 8, "start_time": 124}],
//    "folders": ["/tmp/rlmesh-sandbox-..."], "sockets": ["/tmp/.../s"]}
//
// Written before the things exist, so that a crash in between leaves a trace:
// what is named here need not be there. Plain data, copyable.
struct LeaseRecord {
  struct Process {
    pid_t pid = 0;
    uint64_t start_time = 0;
  };

  // Drawn at random. The owned processes have it in their environment, as
  // RLMESH_LEASE=token, and so can be told from all others.
  std::string token;
  std::string what;  // for people
  Process owner;
  MachineIdentity owner_machine;
  std::vector<Process> processes;
  std::vector<std::string> folders;
  std::vector<std::string> sockets;

  // Takes any bytes: the file may be damaged. InvalidArgument says where.
  // Members it does not know are ignored, as those of a later release.
  static absl::StatusOr<LeaseRecord> Parse(absl::string_view json);
  std::string ToJson() const;

  // "RLMESH_LEASE=" and the token.
  std::string Variable() const;
};

// Whether `path` is named as the folders in which something is built before it
// is moved to its place: absolute, without "..", "/NAME.building.TOKEN" at its
// end, TOKEN 16 lower-case hex digits. Says nothing about what is there.
bool IsBuildFolder(absl::string_view path);

enum class OwnerState { kAlive, kGone, kUnknown };

struct OwnerVerdict {
  OwnerState state = OwnerState::kUnknown;
  // The machine has been started anew since: the numbers of processes mean
  // nothing any more.
  bool rebooted = false;
  std::string reason;  // half a sentence
};

// Whether the owner of a lease lives. Gone only when that is certain: an owner
// in another namespace or on another machine (a shared home folder) is unknown.
OwnerVerdict JudgeOwner(const LeaseRecord& record, const ProcTable& table);

}  // namespace rlmesh

#endif  // RLMESH_CLEANUP_LEASE_RECORD_H_
