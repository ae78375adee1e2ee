// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/process_runtime.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "re2/re2.h"
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

absl::Status InvalidOption(absl::string_view message) {
  return SandboxError(SandboxErrorKind::kInvalidOption,
                      absl::StatusCode::kInvalidArgument, message);
}

bool IsModule(const std::string& name) {
  static const RE2* const kModule =
      new RE2("[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)*");
  return RE2::FullMatch(name, *kModule);
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
  }
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
      return InvalidOption(
          absl::StrCat("kwargs must be valid JSON: ", json.status().message()));
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

absl::StatusOr<std::unique_ptr<SandboxEnvironment>> StartInProcesses(
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
  return SandboxEnvironment::Start(sandbox, remote);
}

}  // namespace rlmesh
