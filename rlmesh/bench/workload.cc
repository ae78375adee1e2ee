// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/workload.h"

#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/env/builtin/cartpole.h"
#include "rlmesh/env/builtin/synthetic.h"

namespace rlmesh {
namespace {

// The one that the locked wheels are for.
constexpr char kInterpreter[] = "/usr/bin/python3";
constexpr int kImageBytes = 224 * 224 * 3;

// Our environment variables without Python's, and `path` to import from.
std::vector<std::string> PythonEnvironment(const std::string& path) {
  std::vector<std::string> env = {"PYTHONDONTWRITEBYTECODE=1",
                                  absl::StrCat("PYTHONPATH=", path)};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!absl::StartsWith(*entry, "PYTHON")) env.emplace_back(*entry);
  }
  return env;
}

// What differs from workload to workload.
struct Subject {
  std::string title;
  std::vector<std::string> native;  // flags of env_server
  std::vector<std::string> python;  // flags of env_server
  std::function<std::unique_ptr<Environment>()> in_process;
};

absl::StatusOr<Subject> SubjectOf(absl::string_view name) {
  const std::string interpreter = absl::StrCat("--interpreter=", kInterpreter);
  if (name == "cartpole") {
    return Subject{"CartPole-v1",
                   {"--native=cartpole"},
                   {"--gym=CartPole-v1", interpreter},
                   [] { return std::make_unique<CartPole>(); }};
  }
  if (name == "image") {
    return Subject{
        "224 x 224 x 3 bytes",
        {"--native=synthetic",
         absl::StrCat("--kwargs={\"observation_bytes\": ", kImageBytes, "}")},
        {"--entrypoint=image_env:make", interpreter},
        [] {
          SyntheticOptions options;
          options.observation_bytes = kImageBytes;
          return std::make_unique<SyntheticEnvironment>(options);
        }};
  }
  return absl::InvalidArgumentError(
      absl::StrCat("workload is \"", name, "\"; write cartpole or image"));
}

}  // namespace

absl::Status BenchPrograms::Validate() const {
  const std::pair<const char*, const std::string*> paths[] = {
      {"env_server", &env_server},
      {"script", &script},
      {"gymnasium_site", &gymnasium_site},
      {"published_site", &published_site}};
  for (const auto& [name, value] : paths) {
    if (value->empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          name,
          " is empty; run this with tools/bazel run //rlmesh/bench:step"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Workload> MakeWorkload(absl::string_view name,
                                      const BenchPrograms& programs,
                                      const std::string& folder) {
  absl::StatusOr<Subject> subject = SubjectOf(name);
  if (!subject.ok()) return subject.status();
  const std::string beside =
      programs.script.substr(0, programs.script.rfind('/'));
  const std::vector<std::string> plain =
      PythonEnvironment(absl::StrCat(programs.gymnasium_site, ":", beside));
  const std::vector<std::string> published =
      PythonEnvironment(absl::StrCat(programs.published_site, ":", beside));
  const auto serve = [&](std::vector<std::string> argv, std::string address) {
    argv.insert(argv.begin(), programs.env_server);
    return [argv, plain, address] {
      return ServerContestant(argv, plain, address);
    };
  };
  const auto script = [&](std::vector<std::string> argv,
                          const std::vector<std::string>& env) {
    argv.insert(argv.begin(),
                {kInterpreter, programs.script, std::string(name)});
    return [argv, env] { return ScriptContestant(argv, env); };
  };
  const char kTcp[] = "127.0.0.1:0";
  Workload load;
  load.name = std::string(name);
  load.title = subject->title;
  load.entries = {
      {"gymnasium", "Gymnasium, in process", script({"gymnasium"}, plain)},
      {"native", "native, in process",
       [make = subject->in_process] { return InProcessContestant(make()); }},
      {"native_unix", "native, served over a Unix socket",
       serve(subject->native, absl::StrCat("unix://", folder, "/native"))},
      {"native_tcp", "native, served over TCP", serve(subject->native, kTcp)},
      {"python_unix", "Gymnasium in a worker, served over a Unix socket",
       serve(subject->python, absl::StrCat("unix://", folder, "/python"))},
      {"python_tcp", "Gymnasium in a worker, served over TCP",
       serve(subject->python, kTcp)},
      {"published_unix", "published package, Unix socket",
       script({"published", "unix"}, published)},
      {"published_tcp", "published package, TCP",
       script({"published", "tcp"}, published)},
  };
  load.pairs = {
      {"Python worker over a Unix socket", "python_unix", "published_unix", 5},
      {"Python worker over TCP", "python_tcp", "published_tcp", 5},
      {"native over a Unix socket", "native_unix", "published_unix", 0},
      {"native over TCP", "native_tcp", "published_tcp", 0}};
  return load;
}

}  // namespace rlmesh
