// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Runs environments in sandboxes.

#include "rlmesh/cli/sandbox_runner.h"

int main(int argc, char** argv) {
  return rlmesh::SandboxRunnerMain(argc, argv);
}
