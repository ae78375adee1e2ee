// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What `sandbox_runner run` plays on.

#ifndef RLMESH_CLI_RUN_SOURCE_H_
#define RLMESH_CLI_RUN_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/variant.h"
#include "rlmesh/sandbox/source_ref.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

// An environment to be started in a sandbox, or the address of a server that
// runs already.
using RunSource = absl::variant<SourceRef, Address>;

// What `text` names, as far as this build can run it: tcp://HOST:PORT and
// unix:///PATH are servers, the rest is as spec/sandbox.md section 2 has it.
// InvalidArgument for a text that is no source, Unimplemented for images; where
// a scheme would help, both say which.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(RunSource source, ParseRunSource("CartPole-v1"));
absl::StatusOr<RunSource> ParseRunSource(absl::string_view text);

// The normal form, which parses to the same source: "gym://CartPole-v1".
std::string ToString(const RunSource& source);

}  // namespace rlmesh

#endif  // RLMESH_CLI_RUN_SOURCE_H_
