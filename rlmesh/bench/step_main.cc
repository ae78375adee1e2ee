// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// tools/bazel run //rlmesh/bench:step [-- --workload=image] [--json=FILE]

#include <limits.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/logging.h"
#include "rlmesh/bench/step_bench.h"
#include "tools/version/version.h"

ABSL_FLAG(int, rounds, 10, "Rounds in which every contestant plays once.");
ABSL_FLAG(int, steps, 1000, "Steps of a contestant in a round.");
ABSL_FLAG(int, warm_up, 300, "Steps of each before the first round.");
ABSL_FLAG(std::string, workload, "cartpole",
          "What is stepped: cartpole, image.");
ABSL_FLAG(std::string, json, "",
          "File that gets the result as one JSON object; - prints it instead "
          "of the table.");
ABSL_FLAG(std::string, env_server, "", "The server to measure.");
ABSL_FLAG(std::string, script, "", "step_contestant.py");
ABSL_FLAG(std::string, gymnasium, "", "A file beside gymnasium and numpy.");
ABSL_FLAG(std::string, published, "", "A file beside the published package.");

namespace {

// Servers and scripts may change their folder.
std::string Absolute(const std::string& path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) == nullptr ? path : resolved;
}

std::string FolderOf(const std::string& path) {
  return Absolute(path.substr(0, path.rfind('/') + 1));
}

// Relative paths are the user's.
bool Write(const std::string& path, const std::string& text) {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  const bool relative = folder != nullptr && path[0] != '/';
  std::ofstream file(relative ? absl::StrCat(folder, "/", path) : path);
  file << text << "\n";
  return file.good();
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("Compares ways to step an environment.");
  absl::ParseCommandLine(argc, argv);
  rlmesh::StartLogging(argv[0], {});
  rlmesh::StepBenchOptions options;
  options.rounds = absl::GetFlag(FLAGS_rounds);
  options.steps = absl::GetFlag(FLAGS_steps);
  options.warm_up = absl::GetFlag(FLAGS_warm_up);
  options.workload = absl::GetFlag(FLAGS_workload);
  options.programs.env_server = Absolute(absl::GetFlag(FLAGS_env_server));
  options.programs.script = Absolute(absl::GetFlag(FLAGS_script));
  options.programs.gymnasium_site = FolderOf(absl::GetFlag(FLAGS_gymnasium));
  options.programs.published_site = FolderOf(absl::GetFlag(FLAGS_published));
  options.commit = std::string(rlmesh::Commit());
  auto result = rlmesh::RunStepBench(options);
  if (!result.ok()) {
    std::cerr << "step: " << result.status().message() << std::endl;
    return 1;
  }
  const std::string json = rlmesh::StepBenchJson(*result);
  const std::string out = absl::GetFlag(FLAGS_json);
  std::cout << (out == "-" ? absl::StrCat(json, "\n")
                           : rlmesh::FormatStepBench(*result))
            << std::flush;
  if (out.empty() || out == "-" || Write(out, json)) return 0;
  std::cerr << "step: cannot write " << out << std::endl;
  return 1;
}
