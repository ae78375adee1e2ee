// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/command_line.h"

#include <stdlib.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <utility>

#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/foreign_text.h"
#include "rlmesh/base/logging.h"
#include "rlmesh/base/standard_descriptors.h"
#include "rlmesh/cli/container_init.h"
#include "rlmesh/cli/nearest.h"
#include "tools/version/version.h"

namespace rlmesh {
namespace {

constexpr size_t kTextWidth = 79;
constexpr size_t kHelpIndent = 8;

bool Contains(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsBoolean(const absl::CommandLineFlag& flag) {
  return flag.IsOfType<bool>();
}

absl::Status UnknownFlag(const CommandSpec& spec, absl::string_view name) {
  std::vector<std::string> known = spec.flags;
  known.push_back("help");
  known.push_back("version");
  const std::string near = Nearest(name, known);
  return absl::InvalidArgumentError(
      absl::StrCat("there is no flag --", name,
                   near.empty() ? "" : absl::StrCat("; did you mean --", near),
                   near.empty() ? "" : "?"));
}

absl::Status SetFlag(const CommandSpec& spec, const std::string& name,
                     absl::string_view value) {
  absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
  if (flag == nullptr) {
    return absl::InternalError(
        absl::StrCat("--", name, " is offered and not declared"));
  }
  const auto range = spec.ranges.find(name);
  return SetFlagValue(flag, value,
                      range == spec.ranges.end() ? FlagRange() : range->second);
}

absl::Status UnwantedArgument(const CommandSpec& spec, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "it takes flags only, not \"", text, "\"",
      spec.argument_flag.empty()
          ? ""
          : absl::StrCat("; write --", spec.argument_flag, "=", text)));
}

// `text` in lines of at most kTextWidth, each after `indent` blanks.
std::string Wrap(absl::string_view text, size_t indent) {
  std::string out, line;
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > kTextWidth) {
      absl::StrAppend(&out, std::string(indent, ' '), line, "\n");
      line.clear();
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  absl::StrAppend(&out, std::string(indent, ' '), line, "\n");
  return out;
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(
    const CommandSpec& spec, const std::vector<std::string>& args) {
  CommandLine line;
  std::map<std::string, std::string> values;
  for (size_t i = 0; i < args.size(); ++i) {
    absl::string_view text = args[i];
    if (text == "--") {
      line.arguments.insert(line.arguments.end(), args.begin() + i + 1,
                            args.end());
      break;
    }
    if (text == "-h") text = "--help";
    if (text.size() < 2 || text[0] != '-') {
      line.arguments.emplace_back(text);
      continue;
    }
    if (!absl::ConsumePrefix(&text, "--")) absl::ConsumePrefix(&text, "-");
    const size_t equals = text.find('=');
    std::string name =
        absl::StrReplaceAll(text.substr(0, equals), {{"-", "_"}});
    if (name == "help" || name == "version") {
      (name == "help" ? line.help : line.version) = true;
      continue;
    }
    const bool has_value = equals != absl::string_view::npos;
    std::string value(has_value ? text.substr(equals + 1) : "");
    absl::string_view positive = name;
    if (!has_value && !Contains(spec.flags, name) &&
        absl::ConsumePrefix(&positive, "no") &&
        Contains(spec.flags, positive)) {
      const absl::CommandLineFlag* flag = absl::FindCommandLineFlag(positive);
      if (flag != nullptr && IsBoolean(*flag)) {
        values[std::string(positive)] = "false";
        continue;
      }
    }
    if (!Contains(spec.flags, name)) return UnknownFlag(spec, name);
    const absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
    if (!has_value) {
      if (flag != nullptr && IsBoolean(*flag)) {
        value = "true";
      } else if (i + 1 < args.size()) {
        value = args[++i];
      } else {
        return absl::InvalidArgumentError(
            absl::StrCat("--", name, " needs a value: --", name, "=VALUE"));
      }
    }
    std::string& slot = values[name];
    if (!slot.empty() && Contains(spec.repeatable, name)) {
      absl::StrAppend(&slot, ",", value);
    } else {
      slot = value;
    }
  }
  if (line.help || line.version) return line;
  for (const auto& [name, value] : values) {
    if (absl::Status s = SetFlag(spec, name, value); !s.ok()) return s;
    line.given.push_back(name);
  }
  if (!spec.takes_arguments && !line.arguments.empty()) {
    return UnwantedArgument(spec, line.arguments[0]);
  }
  return line;
}

std::string HelpText(const CommandSpec& spec) {
  std::string text = spec.about;
  absl::StrAppend(&text, "\nFlags:\n");
  for (const std::string& name : spec.flags) {
    const absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
    if (flag == nullptr) continue;
    const std::string value = flag->DefaultValue();
    absl::StrAppend(
        &text, "  --", name,
        IsBoolean(*flag) && value == "false" ? "" : absl::StrCat("=", value),
        Contains(spec.repeatable, name) ? "  (repeatable)" : "", "\n",
        Wrap(flag->Help(), kHelpIndent));
  }
  absl::StrAppend(&text, "  --help\n        This text.\n",
                  "  --version\n        The release and the commit.\n");
  return text;
}

absl::optional<int> BeginProgram(const CommandSpec& spec, int argc, char** argv,
                                 CommandLine* line) {
  FillStandardDescriptors();
  ForkInitIfFirst();
  absl::StatusOr<CommandLine> parsed =
      ParseCommandLine(spec, {argv + std::min(argc, 1), argv + argc});
  if (!parsed.ok()) return UsageError(spec, parsed.status());
  *line = *std::move(parsed);
  if (line->help) {
    std::cout << HelpText(spec) << std::flush;
    return std::cout ? kExitOk : kExitFailure;
  }
  if (line->version) {
    std::cout << spec.program.substr(0, spec.program.find(' ')) << " "
              << Version() << " (" << Commit() << ")" << std::endl;
    return std::cout ? kExitOk : kExitFailure;
  }
  if (absl::Status s = StartLogging(argv[0]); !s.ok()) {
    return UsageError(spec, s);
  }
  return absl::nullopt;
}

int UsageError(const CommandSpec& spec, const absl::Status& status) {
  return UsageError(spec.program, status);
}

int UsageError(absl::string_view program, const absl::Status& status) {
  std::cerr << ForTerminal(absl::StrCat(program, ": ", status.message(),
                                        "\nTry: ", program, " --help\n"))
            << std::flush;
  return kExitUsage;
}

int Failure(absl::string_view program, const absl::Status& status) {
  std::string text = absl::StrCat(program, ": ", status.message(), "\n");
  // Of what the user asked for, the message says it all.
  const bool is_plain =
      absl::IsNotFound(status) || absl::IsInvalidArgument(status);
  const std::string details = is_plain ? "" : GetErrorDetails(status).traceback;
  for (absl::string_view line :
       absl::StrSplit(absl::StripSuffix(details, "\n"), '\n')) {
    if (!details.empty()) absl::StrAppend(&text, "    ", line, "\n");
  }
  std::cerr << ForTerminal(text) << std::flush;
  return kExitFailure;
}

std::string UserWorkingDirectory() {
  const char* folder = getenv("BUILD_WORKING_DIRECTORY");
  return folder == nullptr ? "" : folder;
}

std::string UserPath(absl::string_view path) {
  const std::string folder = UserWorkingDirectory();
  if (path.empty() || path[0] == '/' || folder.empty()) {
    return std::string(path);
  }
  return absl::StrCat(folder, "/", path);
}

}  // namespace rlmesh
