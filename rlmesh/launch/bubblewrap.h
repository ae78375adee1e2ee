// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Putting a program into bubblewrap.

#ifndef RLMESH_LAUNCH_BUBBLEWRAP_H_
#define RLMESH_LAUNCH_BUBBLEWRAP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace rlmesh {

// The path of a bwrap that works here: it is run once, for some 5 ms. Where it
// is missing, or may not make namespaces, FailedPrecondition says why, in half
// a sentence. Thread-safe.
absl::StatusOr<std::string> FindBubblewrap(int cancel_fd);

// What a program in the sandbox sees of the machine.
struct BubblewrapView {
  // Files and folders that it can read although they lie in a folder that is
  // hidden. Absolute, without links.
  std::vector<std::string> read_only;
  // Folders that it can write to, at the same path. All else is read-only.
  std::vector<std::string> writable;
  // Empty, private and gone with it: /tmp, and its home folder.
  std::string home = "/tmp/home";
};

// The command that runs `argv` (its program a path) in a world of its own:
// root read-only; /tmp, /run and everybody's home folder empty; no network, not
// even the host's loopback; its own processes, users, names; no capabilities;
// no terminal. It ends when the process that started bwrap does. bwrap writes
// {"child-pid": N} to descriptor `info_fd`, then closes it.
//
// Example:
//   options.argv = BubblewrapCommand(bwrap, view, 4, {"/usr/bin/env"});
std::vector<std::string> BubblewrapCommand(
    const std::string& bwrap, const BubblewrapView& view, int info_fd,
    const std::vector<std::string>& argv);

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_BUBBLEWRAP_H_
