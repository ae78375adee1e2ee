// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What RLMESH_BOOTSTRAP_JSON says.

#ifndef RLMESH_CLI_VARIABLES_BOOTSTRAP_H_
#define RLMESH_CLI_VARIABLES_BOOTSTRAP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// The environment that a container is told to serve (wire spec 11.3).
struct Bootstrap {
  enum class Kind { kGym, kFactory };

  Kind kind = Kind::kGym;
  std::string target;  // the id, or module:attribute
  std::string kwargs;  // a JSON object; empty: none
  std::vector<std::string> imports;
  int num_envs = 1;
  std::string vectorization_mode;  // "sync", "async" or empty

  // InvalidArgument names the member that is wrong; Unimplemented for "hf",
  // whose loader belongs to the published package's image.
  //
  // Example:
  //   Bootstrap::Parse(R"({"spec": {"kind": "gym", "env_id": "CartPole-v1"}})")
  static absl::StatusOr<Bootstrap> Parse(absl::string_view json);
};

}  // namespace rlmesh

#endif  // RLMESH_CLI_VARIABLES_BOOTSTRAP_H_
