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
#include "rlmesh/bench/workload.h"

namespace rlmesh {

struct StepBenchOptions {
  // Rounds in which every contestant plays once: noise of the machine hits all
  // alike. 1 or more.
  int rounds = 10;
  // Steps of a contestant in a round; 1 or more.
  int steps = 1000;
  // Steps of each before the first round.
  int warm_up = 300;

  // As MakeWorkload has it.
  std::string workload = "cartpole";
  BenchPrograms programs;

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
  std::string title;
  std::vector<WorkloadPair> pairs;
  std::vector<StepBenchRow> rows;
};

// The contestants of a workload side by side. Takes about half a minute; starts
// processes and ends them.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(StepBenchResult result, RunStepBench(options));
//   std::cout << FormatStepBench(result);
absl::StatusOr<StepBenchResult> RunStepBench(const StepBenchOptions& options);

// A table, and the ratios, with what the project promises.
std::string FormatStepBench(const StepBenchResult& result);

// The same as one JSON object, with the machine and the commit.
std::string StepBenchJson(const StepBenchResult& result);

}  // namespace rlmesh

#endif  // RLMESH_BENCH_STEP_BENCH_H_
