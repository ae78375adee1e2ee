// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_flags.h"

#include <cstdint>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/cli/nearest.h"

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
ABSL_FLAG(bool, telemetry, false,
          "Tell where the time went, after the table or in the JSON.");
ABSL_FLAG(std::string, runtime, "auto",
          "Where the sandbox runs: process, or auto to let us choose.");
ABSL_FLAG(
    std::string, isolation, "auto",
    "What is around the process: bubblewrap, none, or auto for bubblewrap "
    "where it works.");
ABSL_FLAG(std::string, journal, "",
          "Write the finished episodes to this new file, so that --resume can "
          "go on after a kill. Empty: a file in the user's state folder, "
          "removed when the run ends well.");
ABSL_FLAG(std::string, resume, "",
          "Go on with the run of this journal; the result is that of an "
          "unbroken one. What is not given (SOURCE, --seed, --episodes, ...) "
          "is the journal's.");
ABSL_FLAG(int64_t, max_episode_steps, 100000,
          "An episode is truncated after so many steps.");
ABSL_FLAG(int64_t, max_steps, 100000, "The same as --max_episode_steps.");
ABSL_FLAG(absl::optional<double>, max_episode_seconds, absl::nullopt,
          "An episode is truncated before the first step that would begin so "
          "late. Empty: never.");
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
ABSL_FLAG(absl::Duration, predict_timeout, absl::Seconds(300),
          "Longest time for an action of the policy.");
ABSL_FLAG(std::string, on_fault, "raise",
          "What becomes of the run when the environment or the policy fails: "
          "raise ends it with the error, return ends it without, retry begins "
          "the episode in hand anew, with the same seed. Finished episodes are "
          "kept in any case.");
ABSL_FLAG(int64_t, retries, 3, "How often one episode begins anew.");
ABSL_FLAG(int64_t, total_retries, 1000,
          "How often all episodes together begin anew.");
ABSL_FLAG(int32_t, parallel, 1,
          "How many episodes play at the same time, each on an environment of "
          "its own. They are the same whatever it is.");
ABSL_FLAG(int32_t, execution_horizon, 1,
          "How many actions of one prediction are done before the next one; "
          "for policies that predict several.");
ABSL_FLAG(int32_t, prefetch_lead, 0,
          "The policy is asked for its next actions when so many of its last "
          "ones are left, while the environment steps; less than "
          "--execution_horizon. 0: when none is left.");
ABSL_FLAG(int64_t, trial_index_base, 0,
          "Episode i is trial i plus this, for environments that ask for it.");
ABSL_FLAG(std::string, interpreter, "",
          "Python to build on. Empty: $RLMESH_PYTHON, else $VIRTUAL_ENV, else "
          "python3.");
ABSL_FLAG(std::string, env_server, "",
          "The program env_server. Empty: $RLMESH_ENV_SERVER, else the one "
          "beside this program.");
ABSL_FLAG(
    std::string, tls_ca, "",
    "With a server as SOURCE or policy: authorities, in PEM, one of which "
    "must have signed its certificate. Of two servers it is SOURCE's. "
    "Empty: $RLMESH_TLS_CA, else no TLS.");
ABSL_FLAG(std::string, tls_cert, "",
          "Certificate to show to that server, in PEM. Empty: "
          "$RLMESH_TLS_CERT, else none.");
ABSL_FLAG(std::string, tls_key, "",
          "Private key of the certificate, in PEM. Empty: $RLMESH_TLS_KEY.");
ABSL_FLAG(std::string, tls_server_name, "",
          "The name in that server's certificate. Empty: "
          "$RLMESH_TLS_SERVER_NAME, else the host of the address.");
ABSL_FLAG(std::string, token_file, "",
          "File with the token to show to that server. Empty: "
          "$RLMESH_TOKEN_FILE, else none.");
ABSL_FLAG(std::string, policy_tls_ca, "",
          "As --tls_ca, for the policy's server. So are the next ones.");
ABSL_FLAG(std::string, policy_tls_cert, "", "As --tls_cert.");
ABSL_FLAG(std::string, policy_tls_key, "", "As --tls_key.");
ABSL_FLAG(std::string, policy_tls_server_name, "", "As --tls_server_name.");
ABSL_FLAG(std::string, policy_token_file, "", "As --token_file.");

namespace rlmesh {
namespace {

constexpr char kAbout[] =
    R"(sandbox_runner run plays episodes of an environment that it installs and runs in a
sandbox, and prints a table of them.

Usage: sandbox_runner run SOURCE [flags]

  sandbox_runner run CartPole-v1
  sandbox_runner run CartPole-v1 --episodes=20 --seed=7 --json
  sandbox_runner run ALE/Pong-v5 --policy=tcp://127.0.0.1:50051
  sandbox_runner run CartPole-v1 --episodes=2000 --journal=run.jsonl
  sandbox_runner run --resume=run.jsonl

  sandbox_runner run CartPole-v1 --episodes=2000 --parallel=2 --on_fault=retry
  sandbox_runner run tcp://127.0.0.1:50051 --episodes=20

SOURCE is the id of a Gymnasium environment (CartPole-v1, gym://pkg:Env-v0) or the
address of a server that runs already (tcp://HOST:PORT, unix:///PATH). Python packages
are installed once, into a cache, with the machine's own pip settings.
)";

absl::Status ReadCaps(RunCommandOptions* options) {
  options->max_episode_steps = absl::GetFlag(FLAGS_max_episode_steps);
  if (options->given.count("max_steps") > 0) {
    const int64_t steps = absl::GetFlag(FLAGS_max_steps);
    if (options->given.count("max_episode_steps") > 0 &&
        steps != options->max_episode_steps) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--max_steps=", steps, " and --max_episode_steps=",
          options->max_episode_steps, " are the same flag; give one"));
    }
    options->max_episode_steps = steps;
    options->given.insert("max_episode_steps");
  }
  const absl::optional<double> seconds =
      absl::GetFlag(FLAGS_max_episode_seconds);
  if (seconds) options->max_episode_time = absl::Seconds(*seconds);
  return absl::OkStatus();
}

}  // namespace

CommandSpec RunSpec() {
  CommandSpec spec;
  spec.program = "sandbox_runner run";
  spec.about = kAbout;
  spec.flags = {"episodes",
                "seed",
                "policy",
                "package",
                "requirements",
                "import",
                "kwargs",
                "json",
                "telemetry",
                "journal",
                "resume",
                "runtime",
                "isolation",
                "max_episode_steps",
                "max_steps",
                "max_episode_seconds",
                "timeout",
                "install_timeout",
                "start_timeout",
                "reset_timeout",
                "step_timeout",
                "predict_timeout",
                "on_fault",
                "retries",
                "total_retries",
                "parallel",
                "execution_horizon",
                "prefetch_lead",
                "trial_index_base",
                "interpreter",
                "env_server",
                "tls_ca",
                "tls_cert",
                "tls_key",
                "tls_server_name",
                "token_file",
                "policy_tls_ca",
                "policy_tls_cert",
                "policy_tls_key",
                "policy_tls_server_name",
                "policy_token_file"};
  spec.repeatable = {"package", "import"};
  spec.ranges = {{"episodes", {"0", ""}},
                 {"seed", {"0", ""}},
                 {"max_episode_steps", {"1", ""}},
                 {"max_steps", {"1", ""}},
                 {"max_episode_seconds", {"0.001", ""}},
                 {"retries", {"0", ""}},
                 {"total_retries", {"0", ""}},
                 {"parallel", {"1", "64"}},
                 {"execution_horizon", {"1", "1024"}},
                 {"prefetch_lead", {"0", "1023"}},
                 {"trial_index_base", {"0", ""}},
                 {"timeout", {"1ns", ""}}};
  for (const char* name : {"install_timeout", "start_timeout", "reset_timeout",
                           "step_timeout", "predict_timeout"}) {
    spec.ranges[name] = {"1ms", ""};
  }
  spec.takes_arguments = true;
  return spec;
}

absl::StatusOr<RunCommandOptions> RunOptionsFromFlags(const CommandLine& line) {
  if (line.arguments.empty() && absl::GetFlag(FLAGS_resume).empty()) {
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
  options.given.insert(line.given.begin(), line.given.end());
  if (!line.arguments.empty()) options.source = line.arguments[0];
  options.runtime = absl::GetFlag(FLAGS_runtime);
  options.policy = absl::GetFlag(FLAGS_policy);
  options.episodes = absl::GetFlag(FLAGS_episodes);
  options.seed = absl::GetFlag(FLAGS_seed);
  if (absl::Status s = ReadCaps(&options); !s.ok()) return s;
  options.journal = UserPath(absl::GetFlag(FLAGS_journal));
  options.resume = UserPath(absl::GetFlag(FLAGS_resume));
  options.timeout = absl::GetFlag(FLAGS_timeout);
  options.json = absl::GetFlag(FLAGS_json);
  options.telemetry = absl::GetFlag(FLAGS_telemetry);
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
  options.predict_timeout = absl::GetFlag(FLAGS_predict_timeout);
  const std::string on_fault = absl::GetFlag(FLAGS_on_fault);
  if (on_fault == "retry") {
    options.on_fault = OnFault::kRetry;
  } else if (on_fault == "return") {
    options.on_fault = OnFault::kReturn;
  } else if (on_fault != "raise") {
    const std::string near = Nearest(on_fault, {"raise", "return", "retry"});
    return absl::InvalidArgumentError(
        absl::StrCat("--on_fault=", on_fault,
                     " is none of raise, return, retry; write --on_fault=",
                     near.empty() ? "retry" : near));
  }
  options.retries = absl::GetFlag(FLAGS_retries);
  options.total_retries = absl::GetFlag(FLAGS_total_retries);
  options.parallel = absl::GetFlag(FLAGS_parallel);
  options.execution_horizon = absl::GetFlag(FLAGS_execution_horizon);
  options.prefetch_lead = absl::GetFlag(FLAGS_prefetch_lead);
  options.trial_index_base = absl::GetFlag(FLAGS_trial_index_base);
  // A name without a slash is looked up in PATH.
  if (absl::StrContains(process.interpreter, "/")) {
    process.interpreter = UserPath(process.interpreter);
  }
  options.security.tls_ca = absl::GetFlag(FLAGS_tls_ca);
  options.security.tls_cert = absl::GetFlag(FLAGS_tls_cert);
  options.security.tls_key = absl::GetFlag(FLAGS_tls_key);
  options.security.tls_server_name = absl::GetFlag(FLAGS_tls_server_name);
  options.security.token_file = absl::GetFlag(FLAGS_token_file);
  SecurityFlags& policy = options.policy_security;
  policy.tls_ca = absl::GetFlag(FLAGS_policy_tls_ca);
  policy.tls_cert = absl::GetFlag(FLAGS_policy_tls_cert);
  policy.tls_key = absl::GetFlag(FLAGS_policy_tls_key);
  policy.tls_server_name = absl::GetFlag(FLAGS_policy_tls_server_name);
  policy.token_file = absl::GetFlag(FLAGS_policy_token_file);
  using Isolation = ProcessRuntimeOptions::Isolation;
  const std::string isolation = absl::GetFlag(FLAGS_isolation);
  if (isolation == "bubblewrap") {
    process.isolation = Isolation::kBubblewrap;
  } else if (isolation == "none") {
    process.isolation = Isolation::kNone;
  } else if (isolation != "auto") {
    const std::string near = Nearest(isolation, {"auto", "bubblewrap", "none"});
    return absl::InvalidArgumentError(
        absl::StrCat("--isolation=", isolation,
                     " is none of auto, bubblewrap, none; write --isolation=",
                     near.empty() ? "auto" : near));
  }
  return options;
}

}  // namespace rlmesh
