// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// model_server: a policy, served until somebody stops it.

#ifndef RLMESH_CLI_MODEL_SERVER_COMMAND_H_
#define RLMESH_CLI_MODEL_SERVER_COMMAND_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/security/security_flags.h"
#include "rlmesh/cli/variables/server_variables.h"

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
  int max_sessions = 1024;
  bool allow_remote_shutdown = false;
  absl::Duration idle_timeout = absl::InfiniteDuration();
  absl::Duration session_timeout = absl::InfiniteDuration();
  absl::Duration drain_timeout = absl::Seconds(10);

  // Address to look at, instead of serving.
  absl::optional<std::string> probe;

  SecurityFlags security;  // the server's, or those of the probe

  std::string workflow_edition;      // variable only
  int64_t episode_capacity = 65536;  // variable only

  // Fills what the flags left open: from RLMESH_ADDRESS, RLMESH_PORT,
  // RLMESH_MAKE_KWARGS, RLMESH_ALLOW_REMOTE_SHUTDOWN, RLMESH_WORKFLOW_EDITION
  // and RLMESH_EPISODE_CAPACITY, then, when no flag says what to serve, from
  // RLMESH_BOOTSTRAP_JSON, as `get` (getenv) gives them. Warns of variables
  // that mean something to env_server only. Errors name the variable and the
  // value.
  absl::Status ReadVariables(const GetVariable& get);

  // InvalidArgument, in terms of the flags.
  absl::Status Validate() const;

 private:
  absl::Status ReadBootstrap(const GetVariable& get);
};

// The command line that it takes, its flags declared in model_server_main.cc.
CommandSpec ModelServerSpec();

// Serves and returns the exit code: 0 after an orderly end, 1 when the policy
// or the listener fails, 2 when the options are wrong.
int ModelServerMain(ModelServerCommandOptions options);

}  // namespace rlmesh

#endif  // RLMESH_CLI_MODEL_SERVER_COMMAND_H_
