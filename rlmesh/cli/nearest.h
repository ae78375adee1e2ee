// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What somebody who mistyped a word may have meant.

#ifndef RLMESH_CLI_NEAREST_H_
#define RLMESH_CLI_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rlmesh {

// The one of `candidates` that `word` may have been meant for; empty when none
// is near. Takes time in proportion to the product of the lengths.
//
// Example:
//   Nearest("rnu", {"run", "start"});  // "run"
std::string Nearest(absl::string_view word,
                    const std::vector<std::string>& candidates);

}  // namespace rlmesh

#endif  // RLMESH_CLI_NEAREST_H_
