// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The fork and exec under ChildProcess; nobody else needs it.

#ifndef RLMESH_BASE_PROCESS_SPAWNER_H_
#define RLMESH_BASE_PROCESS_SPAWNER_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rlmesh/base/fd.h"

namespace rlmesh {

struct SpawnRequest {
  std::string program;             // a path
  std::vector<std::string> argv;   // argv[0] included
  std::vector<std::string> env;    // "NAME=value"
  std::string working_dir;         // empty: ours
  int parent_death_signal = 0;     // 0: none
  bool new_process_group = false;  // the child leads it
  // Descriptors of the child: theirs[i] becomes a copy of ours[i]. All others
  // are closed at exec.
  std::vector<int> ours;
  std::vector<int> theirs;
};

struct SpawnedProcess {
  pid_t pid = -1;
  UniqueFd pidfd;
};

// Starts a process from a thread that lives as long as this one does: the
// kernel delivers a parent-death signal when the *thread* that forked ends, not
// its process. posix_spawn cannot ask for that signal, so this is vfork and
// exec with nothing but system calls between the two. The child starts with
// default signal handlers and an empty signal mask.
//
// Blocks until the child has called exec (about a millisecond). The error names
// the call that failed in the child. Thread-safe; also works in a process that
// was forked from one that used it.
absl::StatusOr<SpawnedProcess> SpawnProcess(const SpawnRequest& request);

}  // namespace rlmesh

#endif  // RLMESH_BASE_PROCESS_SPAWNER_H_
