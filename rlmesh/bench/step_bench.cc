// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/step_bench.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/bench/contestant.h"
#include "rlmesh/bench/machine.h"
#include "rlmesh/bench/workload.h"
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

double Microseconds(std::vector<int64_t>* sorted, double quantile) {
  const size_t i = static_cast<size_t>(quantile * (sorted->size() - 1));
  return (*sorted)[i] / 1000.0;
}

StepBenchRow Summarise(const WorkloadEntry& entry, Times times) {
  StepBenchRow row;
  row.name = entry.name;
  row.what = entry.what;
  std::sort(times.steps.begin(), times.steps.end());
  row.p50_us = Microseconds(&times.steps, 0.5);
  row.p99_us = Microseconds(&times.steps, 0.99);
  row.steps_per_second = times.steps.size() * 1e9 / times.wall;
  return row;
}

double MedianOf(const StepBenchResult& result, absl::string_view name) {
  for (const StepBenchRow& row : result.rows) {
    if (row.name == name) return row.p50_us;
  }
  return 0;
}

double RatioOf(const StepBenchResult& result, const WorkloadPair& pair) {
  return MedianOf(result, pair.theirs) / MedianOf(result, pair.ours);
}

}  // namespace

absl::Status StepBenchOptions::Validate() const {
  const std::pair<const char*, int> counts[] = {{"rounds", rounds},
                                                {"steps", steps}};
  for (const auto& [name, value] : counts) {
    if (value < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " is ", value, "; it must be 1 or more"));
    }
  }
  if (warm_up < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("warm_up is ", warm_up, "; it must be 0 or more"));
  }
  return programs.Validate();
}

absl::StatusOr<StepBenchResult> RunStepBench(const StepBenchOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  RLMESH_ASSIGN_OR_RETURN(TempDir folder, TempDir::Create("bench"));
  RLMESH_ASSIGN_OR_RETURN(
      Workload load,
      MakeWorkload(options.workload, options.programs, folder.path()));
  const std::vector<WorkloadEntry>& entries = load.entries;
  std::vector<std::unique_ptr<Contestant>> contestants;
  for (const WorkloadEntry& entry : entries) {
    auto contestant = entry.make();
    if (!contestant.ok()) return Annotate(contestant.status(), entry.what);
    contestants.push_back(*std::move(contestant));
  }
  std::vector<Times> times(entries.size());
  for (int round = -1; round < options.rounds; ++round) {
    const int steps = round < 0 ? options.warm_up : options.steps;
    if (steps == 0) continue;
    for (size_t i = 0; i < entries.size(); ++i) {
      const absl::Status s = contestants[i]->Play(steps, &times[i]);
      if (!s.ok()) return Annotate(s, entries[i].what);
      if (round < 0) times[i] = Times();
    }
  }
  StepBenchResult result;
  result.options = options;
  result.title = load.title;
  result.pairs = load.pairs;
  for (size_t i = 0; i < entries.size(); ++i) {
    result.rows.push_back(Summarise(entries[i], std::move(times[i])));
  }
  return result;
}

std::string FormatStepBench(const StepBenchResult& result) {
  std::string out = absl::StrFormat("%-50s %10s %10s %10s\n", result.title,
                                    "p50 us", "p99 us", "steps/s");
  for (const StepBenchRow& row : result.rows) {
    absl::StrAppend(
        &out, absl::StrFormat("%-50s %10.1f %10.1f %10.0f\n", row.what,
                              row.p50_us, row.p99_us, row.steps_per_second));
  }
  for (const WorkloadPair& pair : result.pairs) {
    absl::StrAppend(
        &out, absl::StrFormat("%s: %.1f times as fast as the published package "
                              "at the median",
                              pair.what, RatioOf(result, pair)));
    if (pair.promised > 0) {
      absl::StrAppend(&out, " (at least ", pair.promised, " promised)");
    }
    absl::StrAppend(&out, "\n");
  }
  absl::StrAppend(&out,
                  "Our servers are stepped by our C++ client, the published "
                  "package's by its Python client.\n");
  return out;
}

std::string StepBenchJson(const StepBenchResult& result) {
  Json rows = Json::array();
  for (const StepBenchRow& row : result.rows) {
    rows.push_back({{"name", row.name},
                    {"what", row.what},
                    {"p50_us", row.p50_us},
                    {"p99_us", row.p99_us},
                    {"steps_per_second", row.steps_per_second}});
  }
  Json ratios = Json::array();
  for (const WorkloadPair& pair : result.pairs) {
    ratios.push_back({{"what", pair.what},
                      {"ours", pair.ours},
                      {"theirs", pair.theirs},
                      {"times_as_fast", RatioOf(result, pair)},
                      {"promised", pair.promised}});
  }
  return PrintJson({{"benchmark", result.options.workload},
                    {"title", result.title},
                    {"commit", result.options.commit},
                    {"machine", DescribeMachine()},
                    {"rounds", result.options.rounds},
                    {"steps_per_round", result.options.steps},
                    {"results", rows},
                    {"ratios", ratios}});
}

}  // namespace rlmesh
