// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/workload.h"

#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/bench/session_contestant.h"
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
  return absl::InvalidArgumentError(absl::StrCat(
      "workload is \"", name, "\"; write cartpole, image, served or lanes"));
}

using Maker = std::function<absl::StatusOr<std::unique_ptr<Contestant>>()>;

constexpr char kTcp[] = "127.0.0.1:0";

std::string Socket(const std::string& folder, absl::string_view name) {
  return absl::StrCat("unix://", folder, "/", name);
}

// Everybody's programs and environment variables.
class Stage {
 public:
  Stage(const BenchPrograms& programs, std::string workload)
      : programs_(programs), workload_(std::move(workload)) {
    const std::string beside =
        programs.script.substr(0, programs.script.rfind('/'));
    plain_ =
        PythonEnvironment(absl::StrCat(programs.gymnasium_site, ":", beside));
    published_ =
        PythonEnvironment(absl::StrCat(programs.published_site, ":", beside));
  }

  Maker Serve(std::vector<std::string> flags, std::string address) const {
    const BenchServer server =
        OurServer(programs_.env_server, std::move(flags), std::move(address));
    return [server] {
      return ServerContestant(server.argv, server.env, server.address);
    };
  }
  Maker Play(std::vector<std::string> environment,
             std::vector<std::string> model, std::string address,
             std::string model_address) const {
    const BenchServer first = OurServer(
        programs_.env_server, std::move(environment), std::move(address));
    const BenchServer second = OurServer(
        programs_.model_server, std::move(model), std::move(model_address));
    return [first, second] { return SessionContestant(first, second); };
  }
  Maker Gymnasium() const { return Script({"gymnasium"}, plain_); }
  Maker Published(std::string transport) const {
    return Script({"published", std::move(transport)}, published_);
  }

 private:
  BenchServer OurServer(const std::string& program,
                        std::vector<std::string> flags,
                        std::string address) const {
    flags.insert(flags.begin(), program);
    return {std::move(flags), plain_, std::move(address)};
  }
  Maker Script(std::vector<std::string> argv,
               std::vector<std::string> env) const {
    argv.insert(argv.begin(), {kInterpreter, programs_.script, workload_});
    return [argv, env] { return ScriptContestant(argv, env); };
  }

  const BenchPrograms programs_;
  const std::string workload_;
  std::vector<std::string> plain_, published_;
};

std::vector<WorkloadEntry> SteppedEntries(const Subject& subject,
                                          const Stage& stage,
                                          const std::string& folder) {
  return {
      {"gymnasium", "Gymnasium, in process", stage.Gymnasium()},
      {"native", "native, in process",
       [make = subject.in_process] { return InProcessContestant(make()); }},
      {"native_unix", "native, served over a Unix socket",
       stage.Serve(subject.native, Socket(folder, "native"))},
      {"native_tcp", "native, served over TCP",
       stage.Serve(subject.native, kTcp)},
      {"python_unix", "Gymnasium in a worker, served over a Unix socket",
       stage.Serve(subject.python, Socket(folder, "python"))},
      {"python_tcp", "Gymnasium in a worker, served over TCP",
       stage.Serve(subject.python, kTcp)},
      {"published_unix", "published package, Unix socket",
       stage.Published("unix")},
      {"published_tcp", "published package, TCP", stage.Published("tcp")},
  };
}

std::vector<WorkloadEntry> LaneEntries(const Stage& stage,
                                       const std::string& folder,
                                       absl::string_view lanes) {
  const auto served = [&](absl::string_view mode) {
    return stage.Serve(
        {"--gym=CartPole-v1", absl::StrCat("--interpreter=", kInterpreter),
         absl::StrCat("--num_envs=", lanes), "--autoreset=next_step",
         absl::StrCat("--vectorization_mode=", mode)},
        Socket(folder, mode));
  };
  return {
      {"gymnasium", "Gymnasium's vector, in process", stage.Gymnasium()},
      {"python_sync", "served, one worker", served("sync")},
      {"python_async", "served, several workers", served("async")},
      {"published_unix", "published package", stage.Published("unix")},
  };
}

std::vector<WorkloadEntry> ServedEntries(const Stage& stage,
                                         const std::string& folder) {
  const std::string interpreter = absl::StrCat("--interpreter=", kInterpreter);
  const std::vector<std::string> native = {"--native=cartpole"};
  const std::vector<std::string> python = {"--gym=CartPole-v1", interpreter};
  const std::vector<std::string> constant = {"--policy=constant:1"};
  const std::vector<std::string> policy = {"--entrypoint=bench_policy:predict",
                                           interpreter};
  return {
      {"gymnasium", "Gymnasium and a function, in process", stage.Gymnasium()},
      {"native_unix", "native environment and model, Unix sockets",
       stage.Play(native, constant, Socket(folder, "native"),
                  Socket(folder, "native_model"))},
      {"native_tcp", "native environment and model, TCP",
       stage.Play(native, constant, kTcp, kTcp)},
      {"python_unix", "Gymnasium and a function in workers, Unix sockets",
       stage.Play(python, policy, Socket(folder, "python"),
                  Socket(folder, "python_model"))},
      {"python_tcp", "Gymnasium and a function in workers, TCP",
       stage.Play(python, policy, kTcp, kTcp)},
      {"published_tcp", "published package, TCP", stage.Published("tcp")},
  };
}

}  // namespace

absl::Status BenchPrograms::Validate() const {
  const std::pair<const char*, const std::string*> paths[] = {
      {"env_server", &env_server},
      {"model_server", &model_server},
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
  const Stage stage(programs, std::string(name));
  Workload load;
  load.name = std::string(name);
  absl::string_view lanes = name;
  if (absl::ConsumePrefix(&lanes, "lanes:")) {
    load.title = absl::StrCat("CartPole-v1, ", lanes, " lanes, Unix sockets");
    load.entries = LaneEntries(stage, folder, lanes);
    load.pairs = {{"one worker", "python_sync", "published_unix", 0},
                  {"several workers", "python_async", "published_unix", 0}};
    return load;
  }
  if (name == "served") {
    load.title = "CartPole-v1 with a served model";
    load.entries = ServedEntries(stage, folder);
    // The published package's clients of models know TCP alone.
    load.pairs = {{"Python workers over TCP", "python_tcp", "published_tcp", 0},
                  {"native over TCP", "native_tcp", "published_tcp", 0}};
    return load;
  }
  RLMESH_ASSIGN_OR_RETURN(const Subject subject, SubjectOf(name));
  load.title = subject.title;
  load.entries = SteppedEntries(subject, stage, folder);
  load.pairs = {
      {"Python worker over a Unix socket", "python_unix", "published_unix", 5},
      {"Python worker over TCP", "python_tcp", "published_tcp", 5},
      {"native over a Unix socket", "native_unix", "published_unix", 0},
      {"native over TCP", "native_tcp", "published_tcp", 0}};
  return load;
}

}  // namespace rlmesh
