// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#ifndef TOOLS_VERSION_VERSION_H_
#define TOOLS_VERSION_VERSION_H_

#include "absl/strings/string_view.h"

namespace rlmesh {

// What this program was built from. Constants: callable from any thread, at any
// time, and valid as long as the program.
//
// Example:
//   std::cout << "env_server " << Version() << " (" << Commit() << ")\n";

// The release, for example "0.2.0".
absl::string_view Version();

// The commit, 12 hexadecimal digits; a "+" follows when files differed from it.
// "unknown" for a build outside a git checkout.
absl::string_view Commit();

}  // namespace rlmesh

#endif  // TOOLS_VERSION_VERSION_H_
