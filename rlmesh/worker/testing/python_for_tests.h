// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#ifndef RLMESH_WORKER_TESTING_PYTHON_FOR_TESTS_H_
#define RLMESH_WORKER_TESTING_PYTHON_FOR_TESTS_H_

#include <string>
#include <vector>

#include "rlmesh/worker/worker_process.h"

namespace rlmesh {

// The folder of the misbehaving environments (data: //rlmesh/worker:testcases).
std::string TestcasesFolder();

// Our environment, with NumPy and Gymnasium to import
// (data: @pypi_gymnasium//:marker).
std::vector<std::string> EnvironmentWithGymnasium();

// The machine's own Python in the folder of the test cases, without any
// package, or with Gymnasium.
WorkerProcessOptions PlainPython();
WorkerProcessOptions PythonWithGymnasium();

}  // namespace rlmesh

#endif  // RLMESH_WORKER_TESTING_PYTHON_FOR_TESTS_H_
