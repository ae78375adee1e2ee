// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// model_server: a policy, served until somebody stops it.

#ifndef RLMESH_CLI_MODEL_SERVER_COMMAND_H_
#define RLMESH_CLI_MODEL_SERVER_COMMAND_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/security/security_flags.h"

namespace rlmesh {

// The flags of the same names, and what the environment variables say.
struct ModelServerCommandOptions {
  // What to serve: exactly one of the two.
  std::string policy;       // "random" or "constant:VALUE"
  std::string entrypoint;   // "module:attribute" of Python
  std::string kwargs;       // JSON object
  std::string imports;      // module,module,...
  std::string interpreter;  // empty: found
  absl::Duration predict_timeout = absl::Seconds(300);
  // Of random actions in episodes that come without one; -1: the kernel's.
  int64_t seed = -1;

  std::string address;  // empty: $RLMESH_ADDRESS, $RLMESH_PORT, a loopback port
  int ready_fd = -1;    // -1: none
  bool allow_remote_shutdown = false;
  absl::Duration idle_timeout = absl::InfiniteDuration();
  absl::Duration drain_timeout = absl::Seconds(10);

  SecurityFlags security;  // without those of clients

  std::string workflow_edition;      // variable only
  int64_t episode_capacity = 65536;  // variable only

  // Fills what the flags left open from RLMESH_ADDRESS, RLMESH_PORT,
  // RLMESH_MAKE_KWARGS, RLMESH_ALLOW_REMOTE_SHUTDOWN, RLMESH_WORKFLOW_EDITION
  // and RLMESH_EPISODE_CAPACITY, as `get` (getenv) gives them. InvalidArgument
  // names the variable and the value.
  absl::Status ReadVariables(
      const std::function<const char*(const char*)>& get);

  // InvalidArgument, in terms of the flags.
  absl::Status Validate() const;
};

// The command line that it takes, its flags declared in model_server_main.cc.
CommandSpec ModelServerSpec();

// Serves and returns the exit code: 0 after an orderly end, 1 when the policy
// or the listener fails, 2 when the options are wrong.
int ModelServerMain(ModelServerCommandOptions options);

}  // namespace rlmesh

#endif  // RLMESH_CLI_MODEL_SERVER_COMMAND_H_
