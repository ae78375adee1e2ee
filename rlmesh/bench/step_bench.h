// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// How long does a step take?

#ifndef RLMESH_BENCH_STEP_BENCH_H_
#define RLMESH_BENCH_STEP_BENCH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rlmesh {

struct StepBenchOptions {
  // Rounds in which every contestant plays once: noise of the machine hits all
  // alike. 1 or more.
  int rounds = 10;
  // Steps of a contestant in a round; 1 or more.
  int steps = 1000;
  // Steps of each before the first round.
  int warm_up = 300;

  // Programs and folders (BUILD.bazel passes them).
  std::string env_server;
  std::string script;          // step_contestant.py
  std::string gymnasium_site;  // folder with gymnasium and numpy
  std::string published_site;  // folder with the published package

  // "unknown" where nobody said.
  std::string commit;

  // InvalidArgument names the field and its value.
  absl::Status Validate() const;
};

struct StepBenchRow {
  std::string name;  // "python_unix"
  std::string what;  // "our server, Python worker, Unix socket, C++ client"
  double p50_us = 0;
  double p99_us = 0;
  double steps_per_second = 0;  // resets included
};

struct StepBenchResult {
  StepBenchOptions options;
  std::vector<StepBenchRow> rows;
};

// CartPole-v1 side by side: Gymnasium in process; our native environment and
// our Python worker over a Unix socket and TCP; the published package's server
// and client over both. Takes about half a minute; starts processes and ends
// them.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(StepBenchResult result, RunStepBench(options));
//   std::cout << FormatStepBench(result);
absl::StatusOr<StepBenchResult> RunStepBench(const StepBenchOptions& options);

// A table, and the two ratios that the project promises.
std::string FormatStepBench(const StepBenchResult& result);

// The same as one JSON object, with the machine and the commit.
std::string StepBenchJson(const StepBenchResult& result);

}  // namespace rlmesh

#endif  // RLMESH_BENCH_STEP_BENCH_H_
