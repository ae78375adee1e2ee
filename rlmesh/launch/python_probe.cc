// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/python_probe.h"

#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/launch/child_wait.h"
#include "rlmesh/launch/python_environment_variables.h"
#include "rlmesh/worker/interpreter.h"

namespace rlmesh {
namespace {

constexpr absl::string_view kMark = "rlmesh-interpreter:";

// Prints one marked line a fact. Must run on any Python 3.
constexpr char kProbe[] = R"(
import os, sys, sysconfig
def say(*values):
    for value in values:
        print("rlmesh-interpreter:" + str(value))
try:
    import pip
    pip_version = pip.__version__
except Exception:
    pip_version = ""
say(os.path.abspath(sys.executable), "%d.%d.%d" % sys.version_info[:3],
    sys.implementation.cache_tag, sysconfig.get_platform(), pip_version)
say(*sorted({os.path.realpath(p) for p in (
    sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)}))
)";

}  // namespace

absl::StatusOr<Interpreter> ProbePython(const std::string& choice,
                                        int cancel_fd) {
  RLMESH_ASSIGN_OR_RETURN(const std::string path, FindInterpreter(choice));
  const std::string way_out =
      "; give a Python 3.8 or newer with --interpreter=PATH or RLMESH_PYTHON";
  ChildProcessOptions options;
  // -I: nothing of the user's settings or of this folder gets in the way.
  options.argv = {path, "-I", "-c", kProbe};
  options.env = WithoutPythonSettings();
  options.standard_output = ChildProcessOptions::Output::kCapture;
  options.standard_error = ChildProcessOptions::Output::kCapture;
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<ChildProcess> child,
                          ChildProcess::Start(std::move(options)));
  absl::StatusOr<ExitStatus> exit =
      WaitOrCancel(*child, absl::Seconds(30), cancel_fd);
  if (absl::IsCancelled(exit.status())) return exit.status();
  const std::string output = child->OutputTail();
  std::vector<std::string> facts;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    if (absl::ConsumePrefix(&line, kMark)) facts.emplace_back(line);
  }
  if (!exit.ok() || !exit->ok() || facts.size() < 6) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " does not work as a Python interpreter (",
        exit.ok() ? exit->ToString() : "no answer within 30 s", ")",
        output.empty() ? "" : ": ", LastLines(output, 3), way_out));
  }
  const std::vector<std::string> version = absl::StrSplit(facts[1], '.');
  int major = 0, minor = 0;
  if (version.size() < 2 || !absl::SimpleAtoi(version[0], &major) ||
      !absl::SimpleAtoi(version[1], &minor) || major != 3 || minor < 8) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " is Python ", facts[1], ", which is too old", way_out));
  }
  Interpreter interpreter;
  interpreter.path = facts[0];
  interpreter.version = facts[1];
  interpreter.implementation = facts[2];
  interpreter.platform = facts[3];
  interpreter.pip_version = facts[4];
  interpreter.prefixes.assign(facts.begin() + 5, facts.end());
  return interpreter;
}

}  // namespace rlmesh
