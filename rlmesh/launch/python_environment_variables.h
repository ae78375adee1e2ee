// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a child inherits of our environment variables.

#ifndef RLMESH_LAUNCH_PYTHON_ENVIRONMENT_VARIABLES_H_
#define RLMESH_LAUNCH_PYTHON_ENVIRONMENT_VARIABLES_H_

#include <string>
#include <vector>

namespace rlmesh {

// Our environment without what would lead a Python astray that has an
// environment of its own: PYTHONPATH, PYTHONHOME, VIRTUAL_ENV and their like,
// and the settings that would make pip install elsewhere (PIP_TARGET ...). The
// rest of pip's settings (index, proxies, certificates) stays. "NAME=value".
std::vector<std::string> WithoutPythonSettings();

// The few variables that the code inside a sandbox may see: paths, language,
// time zone, display drivers; no token, no password, no home folder.
std::vector<std::string> SandboxVariables();

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_PYTHON_ENVIRONMENT_VARIABLES_H_
