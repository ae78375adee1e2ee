// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/step_bench.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
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
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

// The one that the locked wheels are for.
constexpr char kInterpreter[] = "/usr/bin/python3";

// Our environment variables without Python's, and `site` to import from.
std::vector<std::string> PythonEnvironment(const std::string& site) {
  std::vector<std::string> env = {"PYTHONDONTWRITEBYTECODE=1",
                                  absl::StrCat("PYTHONPATH=", site)};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!absl::StartsWith(*entry, "PYTHON")) env.emplace_back(*entry);
  }
  return env;
}

struct Entry {
  std::string name;
  std::string what;
  std::function<absl::StatusOr<std::unique_ptr<Contestant>>()> make;
};

std::vector<Entry> Entries(const StepBenchOptions& o,
                           const std::string& folder) {
  const std::vector<std::string> plain = PythonEnvironment(o.gymnasium_site);
  const std::vector<std::string> published =
      PythonEnvironment(o.published_site);
  const auto serve = [&o, plain](std::vector<std::string> what,
                                 std::string address) {
    what.insert(what.begin(), o.env_server);
    return [what, plain, address] {
      return ServerContestant(what, plain, address);
    };
  };
  const auto script = [&o](std::vector<std::string> arguments,
                           std::vector<std::string> env) {
    arguments.insert(arguments.begin(), {kInterpreter, o.script});
    return [arguments, env] { return ScriptContestant(arguments, env); };
  };
  const std::vector<std::string> kNative = {"--native=cartpole"};
  const std::vector<std::string> kPython = {
      "--gym=CartPole-v1", absl::StrCat("--interpreter=", kInterpreter)};
  const char kTcp[] = "127.0.0.1:0";
  return {
      {"gymnasium", "Gymnasium, in process", script({"gymnasium"}, plain)},
      {"native", "native, in process", [] { return InProcessContestant(); }},
      {"native_unix", "native, served over a Unix socket",
       serve(kNative, absl::StrCat("unix://", folder, "/native"))},
      {"native_tcp", "native, served over TCP", serve(kNative, kTcp)},
      {"python_unix", "Gymnasium in a worker, served over a Unix socket",
       serve(kPython, absl::StrCat("unix://", folder, "/python"))},
      {"python_tcp", "Gymnasium in a worker, served over TCP",
       serve(kPython, kTcp)},
      {"published_unix", "published package, Unix socket",
       script({"published", "unix"}, published)},
      {"published_tcp", "published package, TCP",
       script({"published", "tcp"}, published)},
  };
}

double Microseconds(std::vector<int64_t>* sorted, double quantile) {
  const size_t i = static_cast<size_t>(quantile * (sorted->size() - 1));
  return (*sorted)[i] / 1000.0;
}

StepBenchRow Summarise(const Entry& entry, Times times) {
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
  const std::pair<const char*, std::string> paths[] = {
      {"env_server", env_server},
      {"script", script},
      {"gymnasium_site", gymnasium_site},
      {"published_site", published_site}};
  for (const auto& [name, value] : paths) {
    if (value.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          name,
          " is empty; run this with tools/bazel run //rlmesh/bench:step"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<StepBenchResult> RunStepBench(const StepBenchOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  RLMESH_ASSIGN_OR_RETURN(TempDir folder, TempDir::Create("bench"));
  const std::vector<Entry> entries = Entries(options, folder.path());
  std::vector<std::unique_ptr<Contestant>> contestants;
  for (const Entry& entry : entries) {
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
  for (size_t i = 0; i < entries.size(); ++i) {
    result.rows.push_back(Summarise(entries[i], std::move(times[i])));
  }
  return result;
}

std::string FormatStepBench(const StepBenchResult& result) {
  std::string out = absl::StrFormat("%-50s %10s %10s %10s\n", "CartPole-v1",
                                    "p50 us", "p99 us", "steps/s");
  for (const StepBenchRow& row : result.rows) {
    absl::StrAppend(
        &out, absl::StrFormat("%-50s %10.1f %10.1f %10.0f\n", row.what,
                              row.p50_us, row.p99_us, row.steps_per_second));
  }
  for (const char* transport : {"unix", "tcp"}) {
    const double ours = MedianOf(result, absl::StrCat("python_", transport));
    const double theirs =
        MedianOf(result, absl::StrCat("published_", transport));
    absl::StrAppend(
        &out,
        absl::StrFormat("Python worker over %s: %.0f us at the median (at most "
                        "200 promised), %.1f times as fast as the published "
                        "package (at least 5 promised)\n",
                        transport, ours, theirs / ours));
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
  return PrintJson({{"benchmark", "step"},
                    {"commit", result.options.commit},
                    {"machine", DescribeMachine()},
                    {"rounds", result.options.rounds},
                    {"steps_per_round", result.options.steps},
                    {"results", rows}});
}

}  // namespace rlmesh
