// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// How many steps a second do several lanes make?

#ifndef RLMESH_BENCH_LANES_BENCH_H_
#define RLMESH_BENCH_LANES_BENCH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rlmesh/bench/step_bench.h"

namespace rlmesh {

struct LanesBenchOptions {
  // Numbers of lanes, one comparison each; 1 or more.
  std::vector<int> lanes = {1, 2, 4, 8, 16, 32, 64};
  // Of each comparison; the workload is ignored, and many lanes take fewer
  // steps, as each is that many steps of an environment.
  StepBenchOptions step;

  // InvalidArgument names the field and its value.
  absl::Status Validate() const;
};

struct LanesBenchResult {
  LanesBenchOptions options;
  // In the order of options.lanes.
  std::vector<StepBenchResult> comparisons;
};

// CartPole-v1 in vectors of several sizes, the contestants of a size side by
// side.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(LanesBenchResult result, RunLanesBench(options));
//   std::cout << FormatLanesBench(result);
absl::StatusOr<LanesBenchResult> RunLanesBench(
    const LanesBenchOptions& options);

// Steps of environments a second (steps of the vector times its lanes), a row
// for each number of lanes.
std::string FormatLanesBench(const LanesBenchResult& result);

// The same as one JSON object with a series a contestant, with the machine and
// the commit.
std::string LanesBenchJson(const LanesBenchResult& result);

}  // namespace rlmesh

#endif  // RLMESH_BENCH_LANES_BENCH_H_
