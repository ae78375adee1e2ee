// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Serves a policy.

#include <cstdint>
#include <string>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/model_server_command.h"
#include "rlmesh/cli/probe_address.h"

ABSL_FLAG(std::string, entrypoint, "",
          "Policy to serve, as module:attribute: a function, an object or a "
          "class.");
ABSL_FLAG(std::string, kwargs, "",
          "Arguments of its load(), or of the class, a JSON object. Empty: "
          "$RLMESH_MAKE_KWARGS, else none.");
ABSL_FLAG(std::string, import, "",
          "Module to import first. May be given several times.");
ABSL_FLAG(
    std::string, interpreter, "",
    "Python to run. Empty: $RLMESH_PYTHON, that of $VIRTUAL_ENV, python3.");
ABSL_FLAG(std::string, policy, "",
          "Policy of this program to serve: random (samples the action space) "
          "or constant:VALUE (VALUE as JSON).");
ABSL_FLAG(absl::Duration, predict_timeout, absl::Seconds(300),
          "Longest predict of a Python policy; then it is interrupted, and "
          "killed 2s later.");
ABSL_FLAG(int64_t, seed, -1,
          "Seed of random actions in episodes that come without one. -1: "
          "another one each time.");
ABSL_FLAG(
    std::string, address, "",
    "Where to listen: tcp://HOST:PORT, HOST:PORT, PORT, unix:///PATH; port "
    "0 takes a free one. Empty: $RLMESH_ADDRESS, else port $RLMESH_PORT of "
    "all interfaces, else 127.0.0.1:50052.");
ABSL_FLAG(
    int, ready_fd, -1,
    "Descriptor that gets the READY line too and is then closed. -1: none.");
ABSL_FLAG(int, max_sessions, 1024,
          "Clients at a time; all of them share the policy.");
ABSL_FLAG(absl::Duration, idle_timeout, absl::InfiniteDuration(),
          "Stop after this long without a request. inf: never.");
ABSL_FLAG(absl::Duration, session_timeout, absl::InfiniteDuration(),
          "End a session that has been without a request for so long. inf: "
          "never.");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(10),
          "How long running calls may take to answer when the server stops.");
ABSL_FLAG(bool, allow_remote_shutdown, false, "Let clients stop the server.");
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
ABSL_FLAG(rlmesh::ProbeAddress, probe, {},
          "Look at a running server, print what it is, and exit.");
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
  if (auto code = BeginProgram(ModelServerSpec(), argc, argv, &line))
    return *code;
  ModelServerCommandOptions options;
  options.entrypoint = absl::GetFlag(FLAGS_entrypoint);
  options.kwargs = absl::GetFlag(FLAGS_kwargs);
  options.imports = absl::GetFlag(FLAGS_import);
  options.interpreter = absl::GetFlag(FLAGS_interpreter);
  options.policy = absl::GetFlag(FLAGS_policy);
  options.predict_timeout = absl::GetFlag(FLAGS_predict_timeout);
  options.seed = absl::GetFlag(FLAGS_seed);
  options.address = absl::GetFlag(FLAGS_address);
  options.ready_fd = absl::GetFlag(FLAGS_ready_fd);
  options.max_sessions = absl::GetFlag(FLAGS_max_sessions);
  options.idle_timeout = absl::GetFlag(FLAGS_idle_timeout);
  options.session_timeout = absl::GetFlag(FLAGS_session_timeout);
  options.drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  options.allow_remote_shutdown = absl::GetFlag(FLAGS_allow_remote_shutdown);
  options.security.tls_cert = absl::GetFlag(FLAGS_tls_cert);
  options.security.tls_key = absl::GetFlag(FLAGS_tls_key);
  options.security.tls_client_ca = absl::GetFlag(FLAGS_tls_client_ca);
  options.security.token_file = absl::GetFlag(FLAGS_token_file);
  options.probe = absl::GetFlag(FLAGS_probe).text;
  options.security.tls_ca = absl::GetFlag(FLAGS_tls_ca);
  options.security.tls_server_name = absl::GetFlag(FLAGS_tls_server_name);
  return ModelServerMain(options);
}
