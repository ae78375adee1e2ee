// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/lanes_bench.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/bench/machine.h"
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

constexpr char kTitle[] = "CartPole-v1 in lanes, Unix sockets";

double StepsPerSecond(const LanesBenchResult& result, size_t comparison,
                      size_t contestant) {
  return result.comparisons[comparison].rows[contestant].steps_per_second *
         result.options.lanes[comparison];
}

}  // namespace

absl::Status LanesBenchOptions::Validate() const {
  if (lanes.empty()) {
    return absl::InvalidArgumentError(
        "lanes has no numbers; it must have 1 or more");
  }
  for (const int count : lanes) {
    if (count < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("lanes has ", count, "; it must be 1 or more"));
    }
  }
  return step.Validate();
}

absl::StatusOr<LanesBenchResult> RunLanesBench(
    const LanesBenchOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  LanesBenchResult result;
  result.options = options;
  for (const int lanes : options.lanes) {
    StepBenchOptions step = options.step;
    step.workload = absl::StrCat("lanes:", lanes);
    step.steps = std::max(1, options.step.steps / lanes);
    step.warm_up = std::max(1, options.step.warm_up / lanes);
    absl::StatusOr<StepBenchResult> comparison = RunStepBench(step);
    if (!comparison.ok()) {
      return Annotate(comparison.status(), absl::StrCat(lanes, " lanes"));
    }
    result.comparisons.push_back(*std::move(comparison));
  }
  return result;
}

std::string FormatLanesBench(const LanesBenchResult& result) {
  std::string out = absl::StrCat(kTitle, ": steps of environments a second\n",
                                 absl::StrFormat("%6s", "lanes"));
  for (const StepBenchRow& row : result.comparisons[0].rows) {
    absl::StrAppend(&out, absl::StrFormat("  %30s", row.what));
  }
  absl::StrAppend(&out, "\n");
  for (size_t i = 0; i < result.comparisons.size(); ++i) {
    absl::StrAppend(&out, absl::StrFormat("%6d", result.options.lanes[i]));
    for (size_t k = 0; k < result.comparisons[i].rows.size(); ++k) {
      absl::StrAppend(
          &out, absl::StrFormat("  %30.0f", StepsPerSecond(result, i, k)));
    }
    absl::StrAppend(&out, "\n");
  }
  return out;
}

std::string LanesBenchJson(const LanesBenchResult& result) {
  Json series = Json::array();
  for (size_t k = 0; k < result.comparisons[0].rows.size(); ++k) {
    Json points = Json::array();
    for (size_t i = 0; i < result.comparisons.size(); ++i) {
      points.push_back(
          Json::array({result.options.lanes[i], StepsPerSecond(result, i, k)}));
    }
    const StepBenchRow& row = result.comparisons[0].rows[k];
    series.push_back(
        {{"name", row.name}, {"what", row.what}, {"points", points}});
  }
  return PrintJson({{"benchmark", "lanes"},
                    {"title", kTitle},
                    {"commit", result.options.step.commit},
                    {"machine", DescribeMachine()},
                    {"x", "lanes"},
                    {"y", "steps of environments a second"},
                    {"series", series}});
}

}  // namespace rlmesh
