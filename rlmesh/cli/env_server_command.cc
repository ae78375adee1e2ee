// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/env_server_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "glog/logging.h"
#include "rlmesh/adapters/meta_json.h"
#include "rlmesh/base/foreign_text.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cli/server_signals.h"
#include "rlmesh/env/builtin/native.h"
#include "rlmesh/env/cancellation.h"
#include "rlmesh/env/env_server.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/python_worker_environment.h"
#include "rlmesh/env/remote_connection.h"
#include "rlmesh/json/json.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/bind_probe.h"
#include "rlmesh/transport/editions.h"
#include "tools/version/version.h"

namespace rlmesh {
namespace {

constexpr char kProgram[] = "env_server";
constexpr char kDefaultAddress[] = "127.0.0.1:50051";

absl::StatusOr<std::unique_ptr<EnvironmentFactory>> MakeNativeFactory(
    const EnvServerCommandOptions& options) {
  MetaBytes kwargs;
  if (!options.kwargs.empty()) {
    RLMESH_ASSIGN_OR_RETURN(kwargs, MetaFromJsonText(options.kwargs));
  }
  return NativeFactory(options.native, kwargs);
}

absl::StatusOr<std::unique_ptr<EnvironmentFactory>> MakeFactory(
    const EnvServerCommandOptions& options, Cancellation* cancellation) {
  if (!options.native.empty()) return MakeNativeFactory(options);
  PythonEnvironmentOptions python;
  python.gym = options.gym;
  python.entrypoint = options.entrypoint;
  python.imports = absl::StrSplit(options.imports, ',', absl::SkipEmpty());
  python.kwargs = options.kwargs;
  python.process.interpreter = options.interpreter;
  python.process.on_line = [](absl::string_view line) {
    LOG(INFO) << "environment: " << line;
  };
  python.reset_timeout = options.reset_timeout;
  python.step_timeout = options.step_timeout;
  python.validation = options.validation;
  CreateOptions create;
  create.cancellation = cancellation;
  return PythonWorkerFactory::Create(std::move(python), create);
}

absl::Status Serve(const EnvServerCommandOptions& options,
                   const Address& address) {
  RaiseDescriptorLimit();
  RLMESH_ASSIGN_OR_RETURN(const ServerSecurityFiles files,
                          options.security.Server(&std::getenv));
  RLMESH_ASSIGN_OR_RETURN(ServerSecurity security, files.Read());
  // A busy port is an error before the environment takes its time to start.
  RLMESH_RETURN_IF_ERROR(ProbeBind(address));
  Cancellation set_up;  // user code need not be waited for
  absl::Mutex mu;
  std::unique_ptr<EnvServer> server;  // null during set-up; guarded by mu
  const auto stop = [&mu, &server, &set_up](void (EnvServer::*how)()) {
    set_up.Cancel();
    absl::MutexLock lock(&mu);
    if (server != nullptr) (server.get()->*how)();
  };
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<ServerSignals> signals,
      ServerSignals::Install([&stop] { stop(&EnvServer::Stop); },
                             [&stop] { stop(&EnvServer::StopNow); }));
  absl::StatusOr<std::unique_ptr<EnvironmentFactory>> factory =
      MakeFactory(options, &set_up);
  if (set_up.cancelled()) return absl::OkStatus();
  RLMESH_RETURN_IF_ERROR(factory.status());
  EnvServerOptions server_options;
  server_options.listen.address = address;
  server_options.listen.tls = std::move(security.tls);
  server_options.service.token = std::move(security.token);
  server_options.service.introduction.package_version = std::string(Version());
  server_options.service.introduction.edition = options.workflow_edition;
  server_options.service.max_sessions = options.max_sessions;
  server_options.service.session_timeout = options.session_timeout;
  server_options.service.allow_remote_shutdown = options.allow_remote_shutdown;
  server_options.service.session.reset_timeout = options.reset_timeout;
  server_options.service.session.step_timeout = options.step_timeout;
  server_options.service.session.validation = options.validation;
  server_options.loop.idle_timeout = options.idle_timeout;
  server_options.loop.drain_timeout = options.drain_timeout;
  {
    absl::MutexLock lock(&mu);
    if (set_up.cancelled()) return absl::OkStatus();
    RLMESH_ASSIGN_OR_RETURN(
        server, EnvServer::Start(*std::move(factory), server_options));
  }
  RLMESH_RETURN_IF_ERROR(AnnounceReady(server->address(), options.ready_fd));
  server->Serve();
  return absl::OkStatus();
}

absl::Status Probe(const EnvServerCommandOptions& flags) {
  RLMESH_ASSIGN_OR_RETURN(const Address address,
                          Address::ForConnect(flags.probe));
  RLMESH_ASSIGN_OR_RETURN(const ClientSecurityFiles files,
                          flags.security.Client(&std::getenv));
  RemoteOptions options;
  RLMESH_ASSIGN_OR_RETURN(options.connect.security, files.Read());
  options.introduction.package_version = std::string(Version());
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<const RemoteConnection> connection,
                          RemoteConnection::Connect(address, options));
  const EnvContract& contract = connection->contract();
  const core::v1::PeerInfo& peer = connection->handshake().peer_info();
  const std::string found = absl::StrCat(
      contract.id, " at ", address.ToString(), "\n  observations ",
      contract.observation_space.ToString(), "\n  actions      ",
      contract.action_space.ToString(), "\n  lanes        ", contract.num_envs,
      "\n  server       ", peer.component(), " ", peer.package_version(), " (",
      peer.language(), "), edition ", connection->edition());
  std::cout << ForTerminal(found) << std::endl;
  return absl::OkStatus();
}

absl::StatusOr<ValidationPolicy> ParsePolicy(absl::string_view text) {
  if (text == "warn") return ValidationPolicy::kWarn;
  if (text == "strict") return ValidationPolicy::kStrict;
  if (text == "off") return ValidationPolicy::kOff;
  return absl::InvalidArgumentError(absl::StrCat(
      "RLMESH_VALIDATION_POLICY is \"", text, "\": write warn, strict or off"));
}

// `text` is MODULE:ATTRIBUTE, or empty. Whether there are such is known to the
// worker.
absl::Status CheckEntrypoint(absl::string_view text) {
  const size_t colon = text.find(':');
  if (text.empty() || (colon > 0 && colon < text.size() - 1)) {
    return absl::OkStatus();
  }
  absl::string_view module = text.substr(0, colon);
  const auto is_of_name = [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '.';
  };
  if (module.empty() ||
      !std::all_of(module.begin(), module.end(), is_of_name)) {
    module = "my_package.envs";
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--entrypoint=", text, " is no MODULE:ATTRIBUTE; write --entrypoint=",
      module, ":make for the function make of that module"));
}

}  // namespace

absl::Status EnvServerCommandOptions::ReadVariables(
    const std::function<const char*(const char*)>& get) {
  const auto value = [&get](const char* name) -> std::string {
    const char* text = get(name);
    return text == nullptr ? "" : text;
  };
  if (address.empty()) address = value("RLMESH_ADDRESS");
  if (address.empty() && !value("RLMESH_PORT").empty()) {
    address = absl::StrCat("0.0.0.0:", value("RLMESH_PORT"));
  }
  if (address.empty()) address = kDefaultAddress;
  if (kwargs.empty()) kwargs = value("RLMESH_MAKE_KWARGS");
  const std::string allow = value("RLMESH_ALLOW_REMOTE_SHUTDOWN");
  allow_remote_shutdown |= allow == "1" || allow == "true";
  workflow_edition = value("RLMESH_WORKFLOW_EDITION");
  const std::string policy = value("RLMESH_VALIDATION_POLICY");
  if (!policy.empty()) {
    RLMESH_ASSIGN_OR_RETURN(validation, ParsePolicy(policy));
  }
  const std::string lanes = value("RLMESH_NUM_ENVS");
  if (!lanes.empty() && lanes != "1") {
    return absl::InvalidArgumentError(
        absl::StrCat("RLMESH_NUM_ENVS is \"", lanes,
                     "\": env_server serves environments of one lane, and many "
                     "clients at a time (--max_sessions); unset it"));
  }
  return absl::OkStatus();
}

absl::Status EnvServerCommandOptions::Validate() const {
  if (!probe.empty()) {
    RLMESH_RETURN_IF_ERROR(security.Client(&std::getenv).status());
    return Address::ForConnect(probe).status();
  }
  RLMESH_RETURN_IF_ERROR(security.Server(&std::getenv).status());
  const int sources = !gym.empty() + !entrypoint.empty() + !native.empty();
  if (sources != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        sources == 0 ? "nothing to serve: " : "more than one thing to serve: ",
        "give one of --gym=ID, --entrypoint=MODULE:ATTRIBUTE and "
        "--native=NAME"));
  }
  if (!native.empty() && (!imports.empty() || !interpreter.empty())) {
    return absl::InvalidArgumentError(
        absl::StrCat("--native=", native,
                     " runs without Python: leave --import and "
                     "--interpreter out"));
  }
  if (!kwargs.empty()) {
    const absl::StatusOr<Json> parsed = ParseJson(kwargs);
    if (!parsed.ok() || !parsed->is_object()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--kwargs '", kwargs,
          "': ", parsed.ok() ? "not a JSON object" : parsed.status().message(),
          "; write it like --kwargs='{\"render_mode\": \"rgb_array\"}'"));
    }
  }
  RLMESH_RETURN_IF_ERROR(CheckEntrypoint(entrypoint));
  // The worker of a Python environment is not started for a look.
  if (!native.empty()) {
    RLMESH_RETURN_IF_ERROR(MakeNativeFactory(*this).status());
  }
  RLMESH_RETURN_IF_ERROR(Address::ForBind(address).status());
  RLMESH_RETURN_IF_ERROR(CheckDeclaredEdition("env", workflow_edition));
  EnvServerOptions server;
  server.service.max_sessions = max_sessions;
  server.service.session_timeout = session_timeout;
  server.service.session.reset_timeout = reset_timeout;
  server.service.session.step_timeout = step_timeout;
  server.loop.idle_timeout = idle_timeout;
  server.loop.drain_timeout = drain_timeout;
  return server.Validate();
}

CommandSpec EnvServerSpec() {
  CommandSpec spec;
  spec.program = kProgram;
  spec.about =
      "Serves an environment over gRPC (rlmesh-wire-v1) until SIGTERM or "
      "SIGINT.\n\n"
      "  env_server --gym=CartPole-v1\n"
      "  env_server --entrypoint=my_package.envs:make "
      "--kwargs='{\"level\": 3}'\n"
      "  env_server --native=cartpole --address=unix:///tmp/cartpole\n"
      "  env_server --probe=127.0.0.1:50051\n\n"
      "The first line on standard output is READY and the address. A second "
      "signal\nstops at once. Variables: RLMESH_ADDRESS, RLMESH_PORT, "
      "RLMESH_MAKE_KWARGS,\nRLMESH_ALLOW_REMOTE_SHUTDOWN, "
      "RLMESH_WORKFLOW_EDITION, RLMESH_VALIDATION_POLICY,\nRLMESH_TLS_CERT, "
      "RLMESH_TLS_KEY, RLMESH_TLS_CLIENT_CA, RLMESH_TOKEN_FILE,\n"
      "RLMESH_PYTHON, RLMESH_LOG=LEVEL[,json].\n";
  spec.flags = {"gym",
                "entrypoint",
                "native",
                "kwargs",
                "import",
                "interpreter",
                "address",
                "ready_fd",
                "max_sessions",
                "idle_timeout",
                "session_timeout",
                "reset_timeout",
                "step_timeout",
                "drain_timeout",
                "allow_remote_shutdown",
                "tls_cert",
                "tls_key",
                "tls_client_ca",
                "token_file",
                "probe",
                "tls_ca",
                "tls_server_name"};
  spec.repeatable = {"import"};
  spec.ranges = {
      {"ready_fd", {"-1", ""}},        {"max_sessions", {"1", "65536"}},
      {"idle_timeout", {"1ms", ""}},   {"reset_timeout", {"1ms", ""}},
      {"step_timeout", {"1ms", ""}},   {"drain_timeout", {"0s", ""}},
      {"session_timeout", {"1ms", ""}}};
  spec.argument_flag = "gym";
  return spec;
}

int EnvServerMain(EnvServerCommandOptions options) {
  const CommandSpec spec = EnvServerSpec();
  absl::Status status = options.ReadVariables(&std::getenv);
  // Relative sockets and modules are the user's.
  const std::string folder = UserWorkingDirectory();
  if (!folder.empty() && chdir(folder.c_str()) != 0) {
    status = absl::ErrnoToStatus(errno, absl::StrCat("entering ", folder));
  }
  if (status.ok()) status = options.Validate();
  if (!status.ok()) return UsageError(spec, status);
  status = options.probe.empty()
               ? Serve(options, *Address::ForBind(options.address))
               : Probe(options);
  return status.ok() ? kExitOk : Failure(kProgram, status);
}

}  // namespace rlmesh
