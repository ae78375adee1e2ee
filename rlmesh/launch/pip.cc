// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/pip.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "re2/re2.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/launch/child_wait.h"
#include "rlmesh/launch/python_environment_variables.h"

namespace rlmesh {
namespace {

// Our environment, such that what is started can be found, and leaves its
// temporary files where they are cleared with the rest.
std::vector<std::string> VariablesFor(const PipRequest& request) {
  std::vector<std::string> variables = {
      request.lease->variable(), absl::StrCat("TMPDIR=", request.temp_folder)};
  for (std::string& variable : WithoutPythonSettings()) {
    if (!absl::StartsWith(variable, "RLMESH_LEASE=") &&
        !absl::StartsWith(variable, "TMPDIR=")) {
      variables.push_back(std::move(variable));
    }
  }
  return variables;
}

struct Finished {
  ExitStatus exit;
  std::string output;
};

absl::StatusOr<Finished> RunToEnd(const PipRequest& request,
                                  std::vector<std::string> argv) {
  ChildProcessOptions options;
  options.argv = std::move(argv);
  options.env = VariablesFor(request);
  options.working_dir = request.working_dir;
  options.standard_output = ChildProcessOptions::Output::kCapture;
  options.standard_error = ChildProcessOptions::Output::kCapture;
  options.tail_bytes = 65536;
  options.on_line = [&request](absl::string_view line) {
    line = absl::StripAsciiWhitespace(line);
    static const RE2* const kTelling = new RE2(
        "^(Collecting|Downloading|Using cached|Building|Preparing|Installing|"
        "WARNING:)"
        " ");
    if (request.on_detail &&
        RE2::PartialMatch(re2::StringPiece(line.data(), line.size()),
                          *kTelling)) {
      request.on_detail(line);
    }
  };
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<ChildProcess> child,
                          ChildProcess::Start(std::move(options)));
  RLMESH_RETURN_IF_ERROR(request.lease->AddProcess(child->pid()));
  absl::StatusOr<ExitStatus> exit =
      WaitOrCancel(*child, request.deadline - SteadyNow(), request.cancel_fd);
  if (!exit.ok()) {
    if (absl::IsCancelled(exit.status())) return exit.status();
    absl::Status status =
        Annotate(exit.status(),
                 "installing Python packages took too long; try again, "
                 "or allow more with --install_timeout");
    SetErrorDetails({"", LastLines(child->OutputTail(), 10), false}, &status);
    return status;
  }
  return Finished{*exit, child->OutputTail()};
}

bool CanInstallElsewhere(absl::string_view pip_version) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(pip_version, absl::MaxSplits('.', 2));
  int major = 0, minor = 0;
  return parts.size() >= 2 && absl::SimpleAtoi(parts[0], &major) &&
         absl::SimpleAtoi(parts[1], &minor) &&
         std::make_pair(major, minor) >= std::make_pair(22, 3);
}

}  // namespace

absl::Status MakeVirtualEnvironment(PipRequest* request) {
  const Interpreter& python = request->interpreter;
  const std::string own_python = request->folder + "/bin/python";
  const bool borrow = CanInstallElsewhere(python.pip_version);
  std::vector<std::string> argv = {python.path, "-I", "-m", "venv"};
  if (borrow) argv.push_back("--without-pip");
  argv.push_back(request->folder);
  RLMESH_ASSIGN_OR_RETURN(Finished finished, RunToEnd(*request, argv));
  if (!finished.exit.ok()) {
    (void)RemoveTree(request->folder);
    absl::Status status = absl::FailedPreconditionError(absl::StrCat(
        python.path, " cannot make a virtual environment (",
        LastLines(finished.output, 1), "); install pip for it (on Debian the ",
        "packages python3-venv and python3-pip), or choose another one with "
        "--interpreter=PATH"));
    SetErrorDetails({"", LastLines(finished.output, 10), false}, &status);
    return status;
  }
  if (borrow) {
    request->pip = {python.path, "-m", "pip", "--python", own_python};
  } else {
    request->pip = {own_python, "-m", "pip"};
  }
  return absl::OkStatus();
}

absl::Status InstallPackages(const PipRequest& request) {
  std::vector<std::string> argv = request.pip;
  for (const char* argument : {"--disable-pip-version-check", "--no-input",
                               "install", "--progress-bar=off"}) {
    argv.push_back(argument);
  }
  if (!request.requirements_file.empty()) {
    argv.push_back("-r");
    argv.push_back(request.requirements_file);
  }
  argv.push_back("--");
  argv.insert(argv.end(), request.packages.begin(), request.packages.end());
  RLMESH_ASSIGN_OR_RETURN(Finished finished, RunToEnd(request, argv));
  if (finished.exit.ok()) return absl::OkStatus();
  return ExplainPipFailure(finished.output);
}

absl::Status ExplainPipFailure(absl::string_view output) {
  static const RE2* const kUnreachable = new RE2(
      "(?i)name resolution|NewConnectionError|ConnectTimeoutError|ProxyError|"
      "Network is unreachable|Connection refused|Connection broken|"
      "ReadTimeoutError|SSLError");
  static const RE2* const kMissing =
      new RE2("No matching distribution found for ([^\\s;(]+)");
  static const RE2* const kError = new RE2("(?m)^\\s*(?:ERROR|error): (.+)$");
  const re2::StringPiece text(output.data(), output.size());
  std::string found;
  absl::Status status;
  if (RE2::PartialMatch(text, *kUnreachable)) {
    status = absl::UnavailableError(
        "pip reached no package index; check the network and pip's settings "
        "(pip config list), or use packages that were installed before");
  } else if (RE2::PartialMatch(text, *kMissing, &found)) {
    status = absl::NotFoundError(absl::StrCat(
        "there is no Python package \"", found,
        "\" for this interpreter where pip looks; check its spelling and "
        "version, or pip's settings (pip config list)"));
  } else {
    re2::StringPiece rest = text;
    std::string line;
    while (RE2::FindAndConsume(&rest, *kError, &line)) {
      if (found.empty()) found = line;
    }
    status = absl::FailedPreconditionError(
        absl::StrCat("pip could not install the packages",
                     found.empty() ? "" : ": ", found));
  }
  SetErrorDetails({"", LastLines(output, 15), false}, &status);
  return status;
}

}  // namespace rlmesh
