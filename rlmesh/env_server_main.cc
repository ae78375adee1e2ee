// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Serves an environment.

#include <string>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/env_server_command.h"
#include "rlmesh/cli/probe_address.h"

ABSL_FLAG(
    std::string, gym, "",
    "Gymnasium environment to serve, by id: CartPole-v1, module:Name-v0.");
ABSL_FLAG(
    std::string, entrypoint, "",
    "Environment to serve, as module:attribute: an instance, a class or a "
    "factory; of a list of environments or a vector environment, too.");
ABSL_FLAG(std::string, native, "",
          "Environment of this program to serve: cartpole, synthetic.");
ABSL_FLAG(std::string, kwargs, "",
          "Arguments of the environment, a JSON object. Empty: none.");
ABSL_FLAG(std::string, import, "",
          "Module to import first, because it registers environments. May be "
          "given several times.");
ABSL_FLAG(
    std::string, interpreter, "",
    "Python to run. Empty: $RLMESH_PYTHON, that of $VIRTUAL_ENV, python3.");
ABSL_FLAG(
    int, num_envs, 0,
    "Lanes: environments that one client resets and steps together. 0: "
    "$RLMESH_NUM_ENVS, else as many as the list or the vector environment of "
    "--entrypoint has, else 1.");
ABSL_FLAG(std::string, vectorization_mode, "",
          "How the lanes of a Python environment are stepped. sync: one after "
          "the other in one process; async: side by side in several. Empty: "
          "$RLMESH_VECTORIZATION_MODE, else sync.");
ABSL_FLAG(int, worker_processes, 0,
          "Processes of async, each with its share of the lanes. 0: one a "
          "core, at most one a lane.");
ABSL_FLAG(std::string, autoreset, "",
          "What a lane does after the end of an episode. disabled: it waits "
          "for its reset; next_step: the next step begins the next episode. "
          "Empty: disabled, or what the vector environment says.");
ABSL_FLAG(
    std::string, address, "",
    "Where to listen: tcp://HOST:PORT, HOST:PORT, PORT, unix:///PATH; port "
    "0 takes a free one. Empty: $RLMESH_ADDRESS, else port $RLMESH_PORT of "
    "all interfaces, else 127.0.0.1:50051.");
ABSL_FLAG(
    int, ready_fd, -1,
    "Descriptor that gets the READY line too and is then closed. -1: none.");
ABSL_FLAG(int, max_sessions, 64,
          "Clients at a time, each with an environment of its own. An instance "
          "takes one.");
ABSL_FLAG(absl::Duration, idle_timeout, absl::InfiniteDuration(),
          "Stop after this long without a request. inf: never.");
ABSL_FLAG(absl::Duration, session_timeout, absl::InfiniteDuration(),
          "End a session that has been without a request for so long. inf: "
          "never.");
ABSL_FLAG(absl::Duration, reset_timeout, absl::Seconds(600),
          "Longest reset, whatever a client allows.");
ABSL_FLAG(absl::Duration, step_timeout, absl::Seconds(300),
          "Longest step, whatever a client allows.");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(10),
          "How long running calls may take to answer when the server stops.");
ABSL_FLAG(bool, allow_remote_shutdown, false, "Let clients stop the server.");
ABSL_FLAG(rlmesh::ProbeAddress, probe, {},
          "Look at a running server, print what it serves, and exit.");
ABSL_FLAG(std::string, tls_cert, "",
          "Certificate of this program, in PEM, with those that lead to its "
          "authority. Empty: $RLMESH_TLS_CERT, else no TLS.");
ABSL_FLAG(std::string, tls_key, "",
          "Private key of the certificate, in PEM. Empty: $RLMESH_TLS_KEY.");
ABSL_FLAG(std::string, tls_client_ca, "",
          "Authorities, in PEM, one of which must have signed a client's "
          "certificate. Empty: $RLMESH_TLS_CLIENT_CA, else clients need none.");
ABSL_FLAG(
    std::string, token_file, "",
    "File with the token that clients must show, or that --probe shows. Empty: "
    "$RLMESH_TOKEN_FILE, else none.");
ABSL_FLAG(
    std::string, tls_ca, "",
    "With --probe: authorities, in PEM, one of which must have signed the "
    "server's certificate. Empty: $RLMESH_TLS_CA, else no TLS.");
ABSL_FLAG(std::string, tls_server_name, "",
          "With --probe: the name in the server's certificate. Empty: "
          "$RLMESH_TLS_SERVER_NAME, else the host of the address.");

int main(int argc, char** argv) {
  using namespace rlmesh;
  CommandLine line;
  if (auto code = BeginProgram(EnvServerSpec(), argc, argv, &line))
    return *code;
  EnvServerCommandOptions options;
  options.gym = absl::GetFlag(FLAGS_gym);
  options.entrypoint = absl::GetFlag(FLAGS_entrypoint);
  options.native = absl::GetFlag(FLAGS_native);
  options.kwargs = absl::GetFlag(FLAGS_kwargs);
  options.imports = absl::GetFlag(FLAGS_import);
  options.interpreter = absl::GetFlag(FLAGS_interpreter);
  options.num_envs = absl::GetFlag(FLAGS_num_envs);
  options.vectorization_mode = absl::GetFlag(FLAGS_vectorization_mode);
  options.worker_processes = absl::GetFlag(FLAGS_worker_processes);
  options.autoreset = absl::GetFlag(FLAGS_autoreset);
  options.address = absl::GetFlag(FLAGS_address);
  options.ready_fd = absl::GetFlag(FLAGS_ready_fd);
  options.max_sessions = absl::GetFlag(FLAGS_max_sessions);
  options.idle_timeout = absl::GetFlag(FLAGS_idle_timeout);
  options.session_timeout = absl::GetFlag(FLAGS_session_timeout);
  options.reset_timeout = absl::GetFlag(FLAGS_reset_timeout);
  options.step_timeout = absl::GetFlag(FLAGS_step_timeout);
  options.drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  options.allow_remote_shutdown = absl::GetFlag(FLAGS_allow_remote_shutdown);
  options.probe = absl::GetFlag(FLAGS_probe).text;
  options.security.tls_cert = absl::GetFlag(FLAGS_tls_cert);
  options.security.tls_key = absl::GetFlag(FLAGS_tls_key);
  options.security.tls_client_ca = absl::GetFlag(FLAGS_tls_client_ca);
  options.security.token_file = absl::GetFlag(FLAGS_token_file);
  options.security.tls_ca = absl::GetFlag(FLAGS_tls_ca);
  options.security.tls_server_name = absl::GetFlag(FLAGS_tls_server_name);
  return EnvServerMain(options);
}
