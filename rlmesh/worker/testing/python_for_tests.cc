// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/testing/python_for_tests.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rlmesh {
namespace {

std::vector<std::string> Environment() {
  std::vector<std::string> env = {"PYTHONDONTWRITEBYTECODE=1"};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!absl::StartsWith(*entry, "PYTHON")) env.emplace_back(*entry);
  }
  return env;
}

}  // namespace

std::string TestcasesFolder() {
  return absl::StrCat(getenv("TEST_SRCDIR"), "/", getenv("TEST_WORKSPACE"),
                      "/rlmesh/worker/testcases");
}

std::vector<std::string> EnvironmentWithGymnasium() {
  std::vector<std::string> env = Environment();
  env.push_back(absl::StrCat("PYTHONPATH=", getenv("TEST_SRCDIR"),
                             "/pypi_gymnasium/site"));
  return env;
}

WorkerProcessOptions PlainPython() {
  WorkerProcessOptions options;
  options.interpreter = "/usr/bin/python3";
  options.working_dir = TestcasesFolder();
  options.env = Environment();
  return options;
}

WorkerProcessOptions PythonWithGymnasium() {
  WorkerProcessOptions options = PlainPython();
  options.env = EnvironmentWithGymnasium();
  return options;
}

}  // namespace rlmesh
