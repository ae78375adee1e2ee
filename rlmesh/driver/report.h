// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Results, for people and for programs.

#ifndef RLMESH_DRIVER_REPORT_H_
#define RLMESH_DRIVER_REPORT_H_

#include <string>

#include "rlmesh/driver/run_result.h"

namespace rlmesh {

// A table of the episodes and a line of totals, each line ending in a newline.
// The column "success" is there when an environment said something about it.
//
//   episode  seed  steps  reward  end         seconds
//         0     7     18      18  terminated    0.004
//         1     8     25      25  terminated    0.005
//   2 episodes, 43 steps, mean reward 21.5, 0.011 s, 3909 steps/s
std::string FormatTable(const RunResult& result);

// One JSON object on one line, without a newline:
//   {"episodes": [{"index", "seed", "steps", "reward", "terminated",
//     "truncated", "success", "seconds"}, ...],
//    "totals": {"episodes", "steps", "reward", "mean_reward", "terminated",
//     "truncated", "seconds"}}
// and, where it was measured, "telemetry": [{"op", "component", "metric",
// "unit", "count", "avg", "p50", "p95", "p99"}, ...].
// "success" is true, false or null; totals' "terminated" and "truncated" count
// episodes. Members may be added in later releases, never removed.
std::string FormatJson(const RunResult& result);

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_REPORT_H_
