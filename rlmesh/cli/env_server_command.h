// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// env_server: an environment, served until somebody stops it.

#ifndef RLMESH_CLI_ENV_SERVER_COMMAND_H_
#define RLMESH_CLI_ENV_SERVER_COMMAND_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/security/security_flags.h"
#include "rlmesh/cli/variables/server_variables.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {

// The flags of the same names, and what the environment variables say.
struct EnvServerCommandOptions {
  // What to serve: exactly one of the three.
  std::string gym;
  std::string entrypoint;
  std::string native;
  std::string kwargs;       // JSON object
  std::string imports;      // module,module,...
  std::string interpreter;  // empty: found

  // 0: as many as the list or the vector environment has, else 1.
  int num_envs = 0;
  std::string vectorization_mode;  // "sync" (also empty), "async"
  int worker_processes = 0;        // of async; 0: one a core, at most num_envs
  std::string autoreset;           // "disabled" (also empty), "next_step"

  std::string address;  // empty: $RLMESH_ADDRESS, $RLMESH_PORT, a loopback port
  int ready_fd = -1;    // -1: none
  int max_sessions = 64;
  bool allow_remote_shutdown = false;
  absl::Duration idle_timeout = absl::InfiniteDuration();
  absl::Duration session_timeout = absl::InfiniteDuration();
  absl::Duration drain_timeout = absl::Seconds(10);
  absl::Duration reset_timeout = absl::Seconds(600);
  absl::Duration step_timeout = absl::Seconds(300);

  // Address to look at, instead of serving.
  absl::optional<std::string> probe;

  SecurityFlags security;  // the server's, or those of the probe

  std::string workflow_edition;                           // variable only
  ValidationPolicy validation = ValidationPolicy::kWarn;  // variable only

  // Fills what the flags left open: from RLMESH_ADDRESS, RLMESH_PORT,
  // RLMESH_MAKE_KWARGS, RLMESH_NUM_ENVS, RLMESH_VECTORIZATION_MODE,
  // RLMESH_ALLOW_REMOTE_SHUTDOWN, RLMESH_WORKFLOW_EDITION and
  // RLMESH_VALIDATION_POLICY, then, when no flag says what to serve, from
  // RLMESH_BOOTSTRAP_JSON, as `get` (getenv) gives them. Errors name the
  // variable and the value.
  absl::Status ReadVariables(const GetVariable& get);

  // InvalidArgument, in terms of the flags.
  absl::Status Validate() const;

  AutoresetMode autoreset_mode() const;
  // How many processes step the lanes of a Python environment.
  int processes() const;

 private:
  absl::Status ReadLanes(const GetVariable& get);
  absl::Status ReadBootstrap(const GetVariable& get);
  absl::Status ValidateLanes() const;
};

// The command line that it takes.
CommandSpec EnvServerSpec();

// Serves (or probes) and returns the exit code: 0 after an orderly end, 1 when
// the environment or the listener fails, 2 when the options are wrong.
int EnvServerMain(EnvServerCommandOptions options);

}  // namespace rlmesh

#endif  // RLMESH_CLI_ENV_SERVER_COMMAND_H_
