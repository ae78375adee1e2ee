// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which processes there are, and which of them is which.

#ifndef RLMESH_BASE_PROC_TABLE_H_
#define RLMESH_BASE_PROC_TABLE_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// A process and what tells it from an earlier one of the same number: the time
// it started, in clock ticks since the machine did.
struct ProcessInfo {
  pid_t pid = 0;
  uint64_t start_time = 0;
  pid_t parent = 0;
  pid_t group = 0;
  // A zombie: ended, and its parent has not asked how.
  bool has_ended = false;
};

// Where numbers of processes mean something. All are empty when unreadable.
struct MachineIdentity {
  std::string boot_id;        // another one after each boot
  std::string machine_id;     // the same for ever
  std::string pid_namespace;  // "pid:[4026531836]"
};

// Reads /proc. Thread-safe; every call reads anew. Processes come and go
// meanwhile: an answer is about the past.
//
// Example:
//   ProcTable table;
//   absl::StatusOr<ProcessInfo> self = table.Look(getpid());
class ProcTable {
 public:
  // `root` stands before /proc and /etc: tests lay out a machine of their own.
  explicit ProcTable(std::string root = "") : root_(std::move(root)) {}

  // NotFound when there is no such process.
  absl::StatusOr<ProcessInfo> Look(pid_t pid) const;

  // All that can be seen, in no order.
  std::vector<ProcessInfo> All() const;

  // Whether it was started with `variable` ("NAME=value") in its environment.
  // Waits up to 10 ms for one that is being started.
  bool HasVariable(pid_t pid, absl::string_view variable) const;

  MachineIdentity Machine() const;

  // Kills exactly this process, never a later one of its number. False when it
  // is gone or may not be killed.
  bool Kill(const ProcessInfo& process) const;

  // Kills all that were started with `variable` ("NAME=value"), and what those
  // start meanwhile, but not this process. Who wipes its environment escapes.
  void KillMarked(absl::string_view variable) const;

 private:
  std::string root_;
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_PROC_TABLE_H_
