// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Command lines, read into absl flags.

#ifndef RLMESH_CLI_COMMAND_LINE_H_
#define RLMESH_CLI_COMMAND_LINE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "rlmesh/cli/flag_value.h"

namespace rlmesh {

// Exit codes of all our programs.
constexpr int kExitOk = 0;
constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

// What a program (or one of its subcommands) takes.
struct CommandSpec {
  // "env_server", "sandbox_runner run".
  std::string program;
  // The head of the help text: what it does, then examples. Ends in a newline.
  std::string about;
  // Names of the absl flags it takes, as declared, in the order of the help.
  std::vector<std::string> flags;
  // Those of them that may be given several times: the values are joined with
  // commas. Any other flag given twice takes the last value.
  std::vector<std::string> repeatable;
  // What numbers and times may be, by the name of the flag.
  std::map<std::string, FlagRange> ranges;
  // Whether it takes anything that is no flag.
  bool takes_arguments = false;
  // If not: the flag that was meant by somebody who gave such a thing.
  std::string argument_flag;
};

struct CommandLine {
  // What is no flag, in order, the program's name left out.
  std::vector<std::string> arguments;
  // The flags that were given, sorted, as declared.
  std::vector<std::string> given;
  bool help = false;     // --help, -h
  bool version = false;  // --version
};

// Reads `args` (the program's name left out) and sets the flags. Dashes and
// underscores in names of flags are the same; --name=value, --name value, and
// for booleans --name and --noname; "--" ends the flags. Nothing is printed,
// nothing exits. InvalidArgument names what is wrong and the nearest flag, or
// the nearest value of it.
// Call from main, before other threads read flags.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(CommandLine line, ParseCommandLine(spec, args));
absl::StatusOr<CommandLine> ParseCommandLine(
    const CommandSpec& spec, const std::vector<std::string>& args);

// `spec.about`, then the flags with their defaults.
std::string HelpText(const CommandSpec& spec);

// The start of every main: reads the command line into `line`, answers --help
// and --version, starts logging as $RLMESH_LOG says. Returns the exit code when
// the program is over with that.
// Example:
//   CommandLine line;
//   if (auto code = BeginProgram(spec, argc, argv, &line)) return *code;
absl::optional<int> BeginProgram(const CommandSpec& spec, int argc, char** argv,
                                 CommandLine* line);

// Prints the error and how to get help on standard error; returns kExitUsage.
int UsageError(const CommandSpec& spec, const absl::Status& status);
int UsageError(absl::string_view program, const absl::Status& status);

// Prints one paragraph on standard error, "PROGRAM: message", and, when the
// status carries a traceback or a log, that below, indented by four; not so for
// NotFound and InvalidArgument, whose message says it all. Returns
// kExitFailure.
int Failure(absl::string_view program, const absl::Status& status);

// What relative paths of the user are relative to: under `bazel run` that is
// not our working directory. Empty: ours is right.
std::string UserWorkingDirectory();

// `path` of the user, relative to that folder; empty stays empty.
std::string UserPath(absl::string_view path);

}  // namespace rlmesh

#endif  // RLMESH_CLI_COMMAND_LINE_H_
