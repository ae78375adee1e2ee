// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run_flags.h"

#include <cstdint>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

ABSL_FLAG(int64_t, episodes, 5, "How many episodes to play.");
ABSL_FLAG(absl::optional<int64_t>, seed, absl::nullopt,
          "Episode i is reset with this plus i. The same seed gives the same "
          "result. Empty: one is chosen, and told.");
ABSL_FLAG(
    std::string, policy, "random",
    "Who acts: random, constant:VALUE (constant:1, constant:[0.5]) or the "
    "address of a model server.");
ABSL_FLAG(std::string, package, "",
          "Python packages to install beside what the environment is known to "
          "need, as pip takes them: minigrid, 'numpy<2'.");
ABSL_FLAG(std::string, requirements, "",
          "File for pip's -r that lists all packages, Gymnasium included.");
ABSL_FLAG(std::string, import, "",
          "Modules to import first, because they register environments.");
ABSL_FLAG(std::string, kwargs, "",
          "Keyword arguments of the environment, a JSON object.");
ABSL_FLAG(bool, json, false, "Print the result as one JSON object.");
ABSL_FLAG(std::string, runtime, "auto",
          "Where the sandbox runs: process, or auto to let us choose.");
ABSL_FLAG(
    std::string, isolation, "auto",
    "What is around the process: bubblewrap, none, or auto for bubblewrap "
    "where it works.");
ABSL_FLAG(int64_t, max_steps, 100000,
          "An episode is truncated after so many steps.");
ABSL_FLAG(absl::Duration, timeout, absl::InfiniteDuration(),
          "Longest time for all the playing, such as 90s or 10m.");
ABSL_FLAG(absl::Duration, install_timeout, absl::Minutes(30),
          "Longest time for installing packages.");
ABSL_FLAG(absl::Duration, start_timeout, absl::Seconds(30),
          "Longest time from the start of the environment's process until it "
          "is ready.");
ABSL_FLAG(absl::Duration, reset_timeout, absl::Seconds(600),
          "Longest time for a reset.");
ABSL_FLAG(absl::Duration, step_timeout, absl::Seconds(300),
          "Longest time for a step.");
ABSL_FLAG(std::string, interpreter, "",
          "Python to build on. Empty: $RLMESH_PYTHON, else $VIRTUAL_ENV, else "
          "python3.");
ABSL_FLAG(std::string, env_server, "",
          "The program env_server. Empty: $RLMESH_ENV_SERVER, else the one "
          "beside this program.");

namespace rlmesh {
namespace {

constexpr char kAbout[] =
    R"(sandbox_runner run plays episodes of an environment that it installs and runs in a
sandbox, and prints a table of them.

Usage: sandbox_runner run SOURCE [flags]

  sandbox_runner run CartPole-v1
  sandbox_runner run CartPole-v1 --episodes=20 --seed=7 --json
  sandbox_runner run ALE/Pong-v5 --policy=tcp://127.0.0.1:50051

SOURCE is the id of a Gymnasium environment (CartPole-v1, gym://pkg:Env-v0). Python
packages are installed once, into a cache, with the machine's own pip settings.
)";

std::vector<std::string> SplitNames(absl::string_view text) {
  std::vector<std::string> names;
  for (absl::string_view name : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    names.emplace_back(absl::StripAsciiWhitespace(name));
  }
  return names;
}

}  // namespace

CommandSpec RunSpec() {
  CommandSpec spec;
  spec.program = "sandbox_runner run";
  spec.about = kAbout;
  spec.flags = {"episodes",        "seed",          "policy",
                "package",         "requirements",  "import",
                "kwargs",          "json",          "runtime",
                "isolation",       "max_steps",     "timeout",
                "install_timeout", "start_timeout", "reset_timeout",
                "step_timeout",    "interpreter",   "env_server"};
  spec.repeatable = {"package", "import"};
  spec.takes_arguments = true;
  return spec;
}

std::vector<std::string> SplitRequirements(absl::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  std::string part;
  const auto end_part = [&] {
    const std::string trimmed(absl::StripAsciiWhitespace(part));
    part.clear();
    if (trimmed.empty()) return;
    if (!parts.empty() &&
        absl::string_view("<>=!~").find(trimmed[0]) != std::string::npos) {
      absl::StrAppend(&parts.back(), ",", trimmed);
    } else {
      parts.push_back(trimmed);
    }
  };
  for (char c : text) {
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (c == ',' && depth <= 0) {
      end_part();
    } else {
      part.push_back(c);
    }
  }
  end_part();
  return parts;
}

absl::StatusOr<RunCommandOptions> RunOptionsFromFlags(const CommandLine& line) {
  if (line.arguments.empty()) {
    return absl::InvalidArgumentError(
        "there is no SOURCE; write, for example, sandbox_runner run "
        "CartPole-v1");
  }
  if (line.arguments.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is more than one SOURCE: \"", line.arguments[0],
                     "\" and \"", line.arguments[1], "\""));
  }
  RunCommandOptions options;
  options.source = line.arguments[0];
  options.runtime = absl::GetFlag(FLAGS_runtime);
  options.policy = absl::GetFlag(FLAGS_policy);
  options.episodes = absl::GetFlag(FLAGS_episodes);
  options.seed = absl::GetFlag(FLAGS_seed);
  options.max_steps = absl::GetFlag(FLAGS_max_steps);
  options.timeout = absl::GetFlag(FLAGS_timeout);
  options.json = absl::GetFlag(FLAGS_json);
  ProcessRuntimeOptions& process = options.process;
  process.packages = SplitRequirements(absl::GetFlag(FLAGS_package));
  process.requirements_file = absl::GetFlag(FLAGS_requirements);
  process.imports = SplitNames(absl::GetFlag(FLAGS_import));
  process.kwargs = absl::GetFlag(FLAGS_kwargs);
  process.env_server = UserPath(absl::GetFlag(FLAGS_env_server));
  process.interpreter = absl::GetFlag(FLAGS_interpreter);
  process.working_dir = UserWorkingDirectory();
  process.install_timeout = absl::GetFlag(FLAGS_install_timeout);
  process.start_timeout = absl::GetFlag(FLAGS_start_timeout);
  process.reset_timeout = absl::GetFlag(FLAGS_reset_timeout);
  process.step_timeout = absl::GetFlag(FLAGS_step_timeout);
  // A name without a slash is looked up in PATH.
  if (absl::StrContains(process.interpreter, "/")) {
    process.interpreter = UserPath(process.interpreter);
  }
  using Isolation = ProcessRuntimeOptions::Isolation;
  const std::string isolation = absl::GetFlag(FLAGS_isolation);
  if (isolation == "bubblewrap") {
    process.isolation = Isolation::kBubblewrap;
  } else if (isolation == "none") {
    process.isolation = Isolation::kNone;
  } else if (isolation != "auto") {
    return absl::InvalidArgumentError(absl::StrCat(
        "--isolation=", isolation, " is none of auto, bubblewrap, none"));
  }
  return options;
}

}  // namespace rlmesh
