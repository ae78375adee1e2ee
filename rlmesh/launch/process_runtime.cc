// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/process_runtime.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "re2/re2.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/json/json.h"
#include "rlmesh/launch/bubblewrap.h"
#include "rlmesh/launch/env_family.h"
#include "rlmesh/launch/python_env_cache.h"
#include "rlmesh/launch/python_probe.h"
#include "rlmesh/launch/server_binary.h"
#include "rlmesh/sandbox/sandbox_error.h"

namespace rlmesh {
namespace {

// How the server says that a module is missing, and that the environment's own
// code refused.
constexpr absl::string_view kSeenByServer =
    "in the current folder or in the Python";
constexpr absl::string_view kNotMade = "making the environment failed";

absl::Status InvalidOption(absl::string_view message) {
  return SandboxError(SandboxErrorKind::kInvalidOption,
                      absl::StatusCode::kInvalidArgument, message);
}

bool IsModule(const std::string& name) {
  static const RE2* const kModule =
      new RE2("[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)*");
  return RE2::FullMatch(name, *kModule);
}

// Whether pip may take it: a path, an address, or NAME[extras] with what
// narrows it.
bool IsRequirement(absl::string_view text) {
  static const RE2* const kRequirement = new RE2(
      "\\s*[A-Za-z0-9][A-Za-z0-9._-]*\\s*(?:\\[[^\\]]*\\])?\\s*"
      "(?:[<>=!~@;(].*)?");
  return absl::StrContains(text, "/") ||
         RE2::FullMatch(re2::StringPiece(text.data(), text.size()),
                        *kRequirement);
}

absl::Status CheckRequirementsFile(const ProcessRuntimeOptions& options) {
  std::string path = options.requirements_file;
  if (path.empty()) return absl::OkStatus();
  if (path[0] != '/' && !options.working_dir.empty()) {
    path = absl::StrCat(options.working_dir, "/", path);
  }
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error) &&
      access(path.c_str(), R_OK) == 0) {
    return absl::OkStatus();
  }
  return InvalidOption(absl::StrCat(
      "requirements: there is no file ", path,
      " that can be read; give the path of a text file as pip's -r takes it, ",
      "one package a line"));
}

// In the words of who started the sandbox: what the environment's server says
// is true inside it.
absl::Status ExplainRefusal(const absl::Status& refused,
                            const ProcessRuntimeOptions& options) {
  std::string message(refused.message());
  if (absl::StrContains(message, kSeenByServer)) {
    message = absl::StrCat(
        absl::StrReplaceAll(message, {{kSeenByServer, "in the Python"}}),
        "; a sandbox does not see the current folder: install the package that "
        "has the module with --package=NAME, or your own with "
        "--package=./NAME.whl (pip wheel --no-deps . makes it)");
  } else if (!options.kwargs.empty() && absl::StartsWith(message, kNotMade)) {
    absl::StrAppend(&message, "; check --kwargs=", options.kwargs);
  } else {
    return refused;
  }
  if (absl::StartsWith(message, "gym:")) {
    absl::StrAppend(&message, "; or did you mean gym://",
                    message.substr(4, message.find(": ") - 4), "?");
  }
  absl::Status explained(refused.code(), message);
  const ErrorDetails details = GetErrorDetails(refused);
  if (!details.traceback.empty()) SetErrorDetails(details, &explained);
  return explained;
}

// The environment for the interpreter, with all that the source needs.
absl::StatusOr<PythonEnv> PrepareEnv(const Interpreter& interpreter,
                                     const EnvNeeds& needs,
                                     const ProcessRuntimeOptions& options) {
  PythonEnvOptions env;
  env.interpreter = interpreter;
  env.requirements_file = options.requirements_file;
  env.packages = options.packages;
  if (options.requirements_file.empty()) {
    env.packages = MergeRequirements(options.packages, needs.packages);
  }
  env.working_dir = options.working_dir;
  env.timeout = options.install_timeout;
  env.cancel_fd = options.cancel_fd;
  env.on_progress = options.on_progress;
  env.on_detail = options.on_detail;
  return PreparePythonEnv(env);
}

}  // namespace

absl::Status ProcessRuntimeOptions::Validate() const {
  for (const std::string& package : packages) {
    if (absl::StripAsciiWhitespace(package).empty()) {
      return InvalidOption("packages must not contain an empty one");
    }
    if (!IsRequirement(package)) {
      return InvalidOption(absl::StrCat(
          "package \"", absl::CHexEscape(package),
          "\" is not one; write a requirement such as numpy, 'numpy<2' or "
          "./mine.whl, and a comma between two"));
    }
  }
  if (absl::Status s = CheckRequirementsFile(*this); !s.ok()) return s;
  for (const std::string& module : imports) {
    if (!IsModule(module)) {
      return InvalidOption(
          absl::StrCat("imports must not hold \"", absl::CHexEscape(module),
                       "\"; write the name of a module, such as ale_py"));
    }
  }
  if (!kwargs.empty()) {
    absl::StatusOr<Json> json = ParseJson(kwargs);
    if (!json.ok()) {
      return InvalidOption(absl::StrCat("kwargs must be valid JSON, not ",
                                        kwargs, " (", json.status().message(),
                                        "); write {\"name\": value}"));
    }
    if (!json->is_object()) {
      return InvalidOption(absl::StrCat("kwargs must decode to an object, not ",
                                        kwargs, "; write {\"name\": value}"));
    }
  }
  for (const auto& [name, value] :
       {std::make_pair("install_timeout", install_timeout),
        std::make_pair("start_timeout", start_timeout),
        std::make_pair("reset_timeout", reset_timeout),
        std::make_pair("step_timeout", step_timeout)}) {
    if (value <= absl::ZeroDuration()) {
      return InvalidOption(absl::StrCat(name, " is ",
                                        absl::FormatDuration(value),
                                        "; it must be more than 0"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SandboxEnvironmentFactory>> StartInProcesses(
    const SourceRef& source, const ProcessRuntimeOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  if (source.kind() != SourceRef::Kind::kGym) {
    return absl::UnimplementedError(absl::StrCat(
        source.ToString(),
        ": the process runtime runs environments that are "
        "installed with pip (gym://ID, with --package and --import); this "
        "release runs no repositories"));
  }
  // First what fails at once, then what takes its time.
  RLMESH_ASSIGN_OR_RETURN(const std::string server,
                          FindServer("env_server", options.env_server));
  using Isolation = ProcessRuntimeOptions::Isolation;
  if (options.isolation == Isolation::kBubblewrap) {
    absl::StatusOr<std::string> found = FindBubblewrap(options.cancel_fd);
    if (!found.ok()) {
      return absl::Status(
          found.status().code(),
          absl::StrCat(found.status().message(),
                       "; install it, or allow less with --isolation=auto"));
    }
  }
  RLMESH_ASSIGN_OR_RETURN(const Interpreter interpreter,
                          ProbePython(options.interpreter, options.cancel_fd));
  const EnvNeeds needs = NeedsOf(source.env_id());
  RLMESH_ASSIGN_OR_RETURN(const PythonEnv env,
                          PrepareEnv(interpreter, needs, options));

  ProcessSandboxOptions sandbox;
  sandbox.server = {server, absl::StrCat("--gym=", source.env_id()),
                    absl::StrCat("--interpreter=", env.python),
                    absl::StrCat("--reset_timeout=",
                                 absl::FormatDuration(options.reset_timeout)),
                    absl::StrCat("--step_timeout=",
                                 absl::FormatDuration(options.step_timeout))};
  if (!options.kwargs.empty()) {
    sandbox.server.push_back(absl::StrCat("--kwargs=", options.kwargs));
  }
  std::vector<std::string> imports = needs.imports;
  for (const std::string& module : options.imports) {
    if (std::find(imports.begin(), imports.end(), module) == imports.end()) {
      imports.push_back(module);
    }
  }
  if (!imports.empty()) {
    sandbox.server.push_back(
        absl::StrCat("--import=", absl::StrJoin(imports, ",")));
  }
  sandbox.what = source.env_id();
  sandbox.read_only = interpreter.prefixes;
  sandbox.read_only.push_back(env.folder);
  sandbox.use_bubblewrap = options.isolation != Isolation::kNone;
  sandbox.start_timeout = options.start_timeout;
  sandbox.cancel_fd = options.cancel_fd;
  sandbox.on_progress = options.on_progress;
  if (options.on_progress) {
    options.on_progress(absl::StrCat("starting ", source.env_id()));
  }
  RemoteOptions remote;
  remote.reset_timeout = options.reset_timeout;
  remote.step_timeout = options.step_timeout;
  absl::StatusOr<std::unique_ptr<SandboxEnvironmentFactory>> started =
      SandboxEnvironmentFactory::Start(sandbox, remote);
  if (!started.ok()) return ExplainRefusal(started.status(), options);
  return started;
}

}  // namespace rlmesh
