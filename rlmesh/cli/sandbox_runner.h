// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The subcommands of sandbox_runner.

#ifndef RLMESH_CLI_SANDBOX_RUNNER_H_
#define RLMESH_CLI_SANDBOX_RUNNER_H_

namespace rlmesh {

// All of main: picks the subcommand, reads its flags, runs it. Returns the exit
// code. Called once, from main, before there are other threads.
// Example:
//   int main(int argc, char** argv) { return SandboxRunnerMain(argc, argv); }
int SandboxRunnerMain(int argc, char** argv);

}  // namespace rlmesh

#endif  // RLMESH_CLI_SANDBOX_RUNNER_H_
