// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// tools/bazel run //rlmesh/bench:step [-- --workload=image] [--json=FILE]

#include <limits.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/logging.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/bench/lanes_bench.h"
#include "rlmesh/bench/step_bench.h"
#include "tools/version/version.h"

ABSL_FLAG(int, rounds, 10, "Rounds in which every contestant plays once.");
ABSL_FLAG(int, steps, 1000, "Steps of a contestant in a round.");
ABSL_FLAG(int, warm_up, 300, "Steps of each before the first round.");
ABSL_FLAG(std::string, workload, "cartpole",
          "What is stepped: cartpole, image, served, lanes.");
ABSL_FLAG(std::vector<std::string>, lanes,
          std::vector<std::string>({"1", "2", "4", "8", "16", "32", "64"}),
          "Numbers of lanes that --workload=lanes compares.");
ABSL_FLAG(std::string, json, "",
          "File that gets the result as one JSON object; - prints it instead "
          "of the table.");
ABSL_FLAG(std::string, env_server, "", "The server to measure.");
ABSL_FLAG(std::string, model_server, "", "The model server to measure.");
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

struct Report {
  std::string table;
  std::string json;
};

absl::StatusOr<Report> Measure(const rlmesh::StepBenchOptions& options) {
  if (options.workload != "lanes") {
    RLMESH_ASSIGN_OR_RETURN(const rlmesh::StepBenchResult result,
                            rlmesh::RunStepBench(options));
    return Report{rlmesh::FormatStepBench(result),
                  rlmesh::StepBenchJson(result)};
  }
  rlmesh::LanesBenchOptions lanes;
  lanes.step = options;
  lanes.lanes.clear();
  for (const std::string& text : absl::GetFlag(FLAGS_lanes)) {
    int count = 0;
    if (!absl::SimpleAtoi(text, &count)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--lanes has \"", text, "\"; write numbers like --lanes=1,8,64"));
    }
    lanes.lanes.push_back(count);
  }
  RLMESH_ASSIGN_OR_RETURN(const rlmesh::LanesBenchResult result,
                          rlmesh::RunLanesBench(lanes));
  return Report{rlmesh::FormatLanesBench(result),
                rlmesh::LanesBenchJson(result)};
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
  options.programs.model_server = Absolute(absl::GetFlag(FLAGS_model_server));
  options.programs.script = Absolute(absl::GetFlag(FLAGS_script));
  options.programs.gymnasium_site = FolderOf(absl::GetFlag(FLAGS_gymnasium));
  options.programs.published_site = FolderOf(absl::GetFlag(FLAGS_published));
  options.commit = std::string(rlmesh::Commit());
  const absl::StatusOr<Report> report = Measure(options);
  if (!report.ok()) {
    std::cerr << "step: " << report.status().message() << std::endl;
    return 1;
  }
  const std::string out = absl::GetFlag(FLAGS_json);
  std::cout << (out == "-" ? absl::StrCat(report->json, "\n") : report->table)
            << std::flush;
  if (out.empty() || out == "-" || Write(out, report->json)) return 0;
  std::cerr << "step: cannot write " << out << std::endl;
  return 1;
}
