// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What the first process of a container owes to all others.

#ifndef RLMESH_CLI_CONTAINER_INIT_H_
#define RLMESH_CLI_CONTAINER_INIT_H_

namespace rlmesh {

// In a container whose entry point is this program (it is process 1): forks,
// and returns in the child, which leads a process group of its own, that of the
// terminal if there is one. Process 1 stays behind as an init: it waits for
// every process that nobody else waits for (which would stay as a zombie and
// keep its number), passes the signals that it gets to the child, and ends with
// the child's exit code, or 128 + the signal that killed it. Standard
// descriptors stay open in it, others do not. Anywhere else, and where no
// process is to be had, does nothing.
//
// At the beginning of main: before any thread, and before anybody asks for the
// number of this process.
void ForkInitIfFirst();

}  // namespace rlmesh

#endif  // RLMESH_CLI_CONTAINER_INIT_H_
