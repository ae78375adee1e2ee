// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The environment variables that both servers read.

#ifndef RLMESH_CLI_VARIABLES_SERVER_VARIABLES_H_
#define RLMESH_CLI_VARIABLES_SERVER_VARIABLES_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// getenv, or what a test puts in its place: null when a variable is not set.
using GetVariable = std::function<const char*(const char*)>;

// The value of a variable; empty when it is not set.
std::string Variable(const GetVariable& get, const char* name);

// What both servers take from flags first and from variables then.
struct ServerVariables {
  // RLMESH_ADDRESS, or all interfaces with RLMESH_PORT, or `default_address`.
  std::string address;
  // Also RLMESH_ALLOW_REMOTE_SHUTDOWN, which can only enable it.
  bool allow_remote_shutdown = false;
  // RLMESH_WORKFLOW_EDITION; there is no flag.
  std::string workflow_edition;

  // Fills what is still open. `component` ("env", "model") is for messages.
  // InvalidArgument names the variable and the value; those that a flag
  // overrides are not looked at.
  //
  // Example:
  //   ServerVariables variables{absl::GetFlag(FLAGS_address)};
  //   RLMESH_RETURN_IF_ERROR(variables.Read(&std::getenv, "env",
  //   "127.0.0.1:1"));
  absl::Status Read(const GetVariable& get, absl::string_view component,
                    absl::string_view default_address);
};

// Whether `text` is a JSON object; InvalidArgument names its `source`,
// "--kwargs" or "RLMESH_MAKE_KWARGS", and shows an `example` of one.
absl::Status CheckJsonObject(absl::string_view source, absl::string_view text,
                             absl::string_view example);

// Sets `*kwargs` from RLMESH_MAKE_KWARGS, unless a flag has set it.
absl::Status ReadMakeKwargs(const GetVariable& get, absl::string_view example,
                            std::string* kwargs);

}  // namespace rlmesh

#endif  // RLMESH_CLI_VARIABLES_SERVER_VARIABLES_H_
