// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/sandbox_runner.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/foreign_text.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/interrupt.h"
#include "rlmesh/cli/nearest.h"
#include "rlmesh/cli/run/run_command.h"
#include "rlmesh/cli/run/run_flags.h"
#include "rlmesh/cli/run/run_source.h"
#include "tools/version/version.h"

namespace rlmesh {
namespace {

constexpr char kUsage[] =
    R"(sandbox_runner runs environments in sandboxes.

Usage: sandbox_runner run SOURCE [flags]

  sandbox_runner run CartPole-v1
  sandbox_runner run CartPole-v1 --episodes=20 --seed=7 --json
  sandbox_runner run CartPole-v1 --policy=tcp://127.0.0.1:50051

Flags: sandbox_runner run --help
)";

int Run(int argc, char** argv, const Interrupt& interrupt) {
  const CommandSpec spec = RunSpec();
  CommandLine line;
  if (auto code = BeginProgram(spec, argc, argv, &line)) return *code;
  absl::StatusOr<RunCommandOptions> options = RunOptionsFromFlags(line);
  if (!options.ok()) return UsageError(spec, options.status());
  return PlaySource(*std::move(options), interrupt);
}

}  // namespace

int SandboxRunnerMain(int argc, char** argv) {
  absl::StatusOr<std::unique_ptr<Interrupt>> interrupt = Interrupt::Install();
  if (!interrupt.ok()) return Failure("sandbox_runner", interrupt.status());
  if (argc < 2) {
    std::cerr << kUsage;
    return kExitUsage;
  }
  const absl::string_view command = argv[1];
  if (command == "run") return Run(argc - 1, argv + 1, **interrupt);
  if (command == "--help" || command == "-h" || command == "help") {
    std::cout << kUsage << std::flush;
    return kExitOk;
  }
  if (command == "--version") {
    std::cout << "sandbox_runner " << Version() << " (" << Commit() << ")"
              << std::endl;
    return kExitOk;
  }
  if (absl::StartsWith(command, "-")) {
    std::cerr << "sandbox_runner: \"" << ForTerminal(command)
              << "\" comes before the subcommand; write:\n"
              << "  sandbox_runner run SOURCE " << ForTerminal(command)
              << std::endl;
    return kExitUsage;
  }
  const std::string near = Nearest(command, {"run", "help"});
  if (near.empty() && ParseRunSource(command).ok()) {
    std::cerr << "sandbox_runner: \"" << ForTerminal(command)
              << "\" is an environment, and there is no subcommand; write:\n"
              << "  sandbox_runner run " << ForTerminal(command) << std::endl;
    return kExitUsage;
  }
  std::cerr << "sandbox_runner: there is no subcommand \""
            << ForTerminal(command) << "\""
            << (near.empty() ? "" : "; did you mean " + near + "?")
            << "\nTry: sandbox_runner --help" << std::endl;
  return kExitUsage;
}

}  // namespace rlmesh
