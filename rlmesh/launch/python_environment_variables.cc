// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/python_environment_variables.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

extern char** environ;

namespace rlmesh {
namespace {

constexpr absl::string_view kAstray[] = {
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "PYTHONSAFEPATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_USER",
    "PIP_PYTHON",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_DRY_RUN",
    "PIP_REPORT",
    "PYTHONDONTWRITEBYTECODE",
    "__PYVENV_LAUNCHER__",
};

constexpr absl::string_view kShown[] = {
    "PATH",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TERM",
    "RLMESH_LOG",
    "MUJOCO_GL",
    "PYOPENGL_PLATFORM",
    "SDL_VIDEODRIVER",
    "SDL_AUDIODRIVER",
    "OMP_NUM_THREADS",
};

absl::string_view NameOf(absl::string_view variable) {
  return variable.substr(0, variable.find('='));
}

template <size_t kSize>
bool Contains(const absl::string_view (&names)[kSize], absl::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

}  // namespace

std::vector<std::string> WithoutPythonSettings() {
  std::vector<std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!Contains(kAstray, NameOf(*entry))) kept.emplace_back(*entry);
  }
  // A user-wide setting in pip's own file must not win either.
  kept.push_back("PIP_USER=0");
  return kept;
}

std::vector<std::string> SandboxVariables() {
  std::vector<std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const absl::string_view name = NameOf(*entry);
    if (Contains(kShown, name) || absl::StartsWith(name, "LC_")) {
      kept.emplace_back(*entry);
    }
  }
  return kept;
}

}  // namespace rlmesh
