// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/env_server_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "glog/logging.h"
#include "rlmesh/adapters/meta_json.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/base/foreign_text.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cli/server_signals.h"
#include "rlmesh/cli/variables/bootstrap.h"
#include "rlmesh/env/builtin/native.h"
#include "rlmesh/env/env_server.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/python/python_environment_options.h"
#include "rlmesh/env/python/python_worker_factory.h"
#include "rlmesh/env/remote_connection.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/bind_probe.h"
#include "rlmesh/transport/editions.h"
#include "tools/version/version.h"

namespace rlmesh {
namespace {

constexpr char kProgram[] = "env_server";
constexpr char kKwargs[] = "{\"render_mode\": \"rgb_array\"}";
constexpr char kDefaultAddress[] = "127.0.0.1:50051";

absl::StatusOr<std::unique_ptr<EnvironmentFactory>> MakeNativeFactory(
    const EnvServerCommandOptions& options) {
  MetaBytes kwargs;
  if (!options.kwargs.empty()) {
    RLMESH_ASSIGN_OR_RETURN(kwargs, MetaFromJsonText(options.kwargs));
  }
  return NativeFactory(options.native, kwargs, std::max(1, options.num_envs),
                       options.autoreset_mode());
}

// `*independent`: whether its lanes can be reset and stepped alone.
absl::StatusOr<std::unique_ptr<EnvironmentFactory>> MakeFactory(
    const EnvServerCommandOptions& options, Cancellation* cancellation,
    bool* independent) {
  if (!options.native.empty()) return MakeNativeFactory(options);
  PythonEnvironmentOptions python;
  python.gym = options.gym;
  python.entrypoint = options.entrypoint;
  python.imports = absl::StrSplit(options.imports, ',', absl::SkipEmpty());
  python.kwargs = options.kwargs;
  python.num_envs = options.num_envs;
  python.processes = options.processes();
  python.autoreset = options.autoreset_mode();
  python.process.interpreter = options.interpreter;
  python.process.on_line = [](absl::string_view line) {
    LOG(INFO) << "environment: " << line;
  };
  python.reset_timeout = options.reset_timeout;
  python.step_timeout = options.step_timeout;
  python.validation = options.validation;
  CreateOptions create;
  create.cancellation = cancellation;
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<PythonWorkerFactory> factory,
      PythonWorkerFactory::Create(std::move(python), create));
  *independent = !factory->is_lockstep();
  return factory;
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
  EnvServerOptions server_options;
  absl::StatusOr<std::unique_ptr<EnvironmentFactory>> factory = MakeFactory(
      options, &set_up, &server_options.service.session.has_independent_lanes);
  if (set_up.cancelled()) return absl::OkStatus();
  RLMESH_RETURN_IF_ERROR(factory.status());
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
                          Address::ForConnect(*flags.probe));
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

bool IsVectorizationMode(absl::string_view text) {
  return text == "sync" || text == "async";
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

absl::Status EnvServerCommandOptions::ReadVariables(const GetVariable& get) {
  ServerVariables shared;
  shared.address = address;
  shared.allow_remote_shutdown = allow_remote_shutdown;
  RLMESH_RETURN_IF_ERROR(shared.Read(get, "env", kDefaultAddress));
  address = shared.address;
  allow_remote_shutdown = shared.allow_remote_shutdown;
  workflow_edition = shared.workflow_edition;
  const std::string policy = Variable(get, "RLMESH_VALIDATION_POLICY");
  if (!policy.empty()) {
    RLMESH_ASSIGN_OR_RETURN(validation, ParsePolicy(policy));
  }
  RLMESH_RETURN_IF_ERROR(ReadMakeKwargs(get, kKwargs, &kwargs));
  RLMESH_RETURN_IF_ERROR(ReadLanes(get));
  for (const char* name : {"RLMESH_FRAMEWORK", "RLMESH_DEVICE"}) {
    const std::string value = Variable(get, name);
    if (value.empty()) continue;
    LOG(WARNING) << name << "=" << value
                 << " is ignored: actions go to the environment as its own "
                    "spaces have them";
  }
  return ReadBootstrap(get);
}

absl::Status EnvServerCommandOptions::ReadLanes(const GetVariable& get) {
  const std::string lanes = Variable(get, "RLMESH_NUM_ENVS");
  if (num_envs == 0 && !lanes.empty() &&
      (!absl::SimpleAtoi(lanes, &num_envs) || num_envs < 1 ||
       num_envs > kMaxLanes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "RLMESH_NUM_ENVS is \"", lanes, "\": write 1 to ", kMaxLanes));
  }
  if (!vectorization_mode.empty()) return absl::OkStatus();
  vectorization_mode = Variable(get, "RLMESH_VECTORIZATION_MODE");
  if (vectorization_mode.empty() || IsVectorizationMode(vectorization_mode)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("RLMESH_VECTORIZATION_MODE is \"", vectorization_mode,
                   "\": write sync or async"));
}

absl::Status EnvServerCommandOptions::ReadBootstrap(const GetVariable& get) {
  const std::string text = Variable(get, "RLMESH_BOOTSTRAP_JSON");
  if (text.empty() || probe.has_value()) return absl::OkStatus();
  if (!gym.empty() || !entrypoint.empty() || !native.empty()) {
    LOG(INFO) << "RLMESH_BOOTSTRAP_JSON is ignored: a flag says what to serve";
    return absl::OkStatus();
  }
  RLMESH_ASSIGN_OR_RETURN(const Bootstrap bootstrap, Bootstrap::Parse(text));
  const bool is_gym = bootstrap.kind == Bootstrap::Kind::kGym;
  (is_gym ? gym : entrypoint) = bootstrap.target;
  if (kwargs.empty()) kwargs = bootstrap.kwargs;
  if (imports.empty()) imports = absl::StrJoin(bootstrap.imports, ",");
  if (num_envs == 0 && bootstrap.num_envs > 1) num_envs = bootstrap.num_envs;
  if (vectorization_mode.empty()) {
    vectorization_mode = bootstrap.vectorization_mode;
  }
  // As the vector environments that the published package makes of this kind.
  if (is_gym && num_envs > 1 && autoreset.empty()) autoreset = "next_step";
  return absl::OkStatus();
}

AutoresetMode EnvServerCommandOptions::autoreset_mode() const {
  return autoreset == "next_step" ? AutoresetMode::kNextStep
                                  : AutoresetMode::kDisabled;
}

int EnvServerCommandOptions::processes() const {
  if (vectorization_mode != "async" || num_envs < 1) return 1;
  if (worker_processes > 0) return worker_processes;
  const int cores =
      std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return std::min(num_envs, cores);
}

absl::Status EnvServerCommandOptions::ValidateLanes() const {
  if (num_envs < 0 || num_envs > kMaxLanes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--num_envs=", num_envs, " must be 1 to ", kMaxLanes,
        ", or 0 for as many as the list or the vector environment has; write "
        "--num_envs=",
        num_envs < 0 ? 1 : kMaxLanes));
  }
  if (!vectorization_mode.empty() && !IsVectorizationMode(vectorization_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--vectorization_mode=", vectorization_mode,
        " is neither sync nor async; write --vectorization_mode=sync"));
  }
  if (autoreset == "same_step") {
    return absl::UnimplementedError(
        "--autoreset=same_step is not supported, for no runtime accepts it; "
        "write --autoreset=next_step");
  }
  if (!autoreset.empty() && autoreset != "disabled" &&
      autoreset != "next_step") {
    return absl::InvalidArgumentError(absl::StrCat(
        "--autoreset=", autoreset,
        " is neither disabled nor next_step; write --autoreset=disabled"));
  }
  const bool is_async = vectorization_mode == "async";
  if (is_async && !native.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--vectorization_mode=async: --native=", native,
        " steps its lanes in this process, within microseconds; leave it out"));
  }
  if (is_async && num_envs == 0) {
    return absl::InvalidArgumentError(
        "--vectorization_mode=async spreads lanes over processes: say how many "
        "lanes, --num_envs=N");
  }
  if (worker_processes < 0 || worker_processes > num_envs ||
      (worker_processes > 0 && !is_async)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--worker_processes=", worker_processes,
                     " must be 1 to --num_envs, with "
                     "--vectorization_mode=async; write --worker_processes=0 "
                     "for one a core"));
  }
  return absl::OkStatus();
}

absl::Status EnvServerCommandOptions::Validate() const {
  if (probe.has_value()) {
    if (probe->empty()) {
      return absl::InvalidArgumentError(
          "--probe= names no server; write for example "
          "--probe=127.0.0.1:50051");
    }
    RLMESH_RETURN_IF_ERROR(security.Client(&std::getenv).status());
    return Address::ForConnect(*probe).status();
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
    RLMESH_RETURN_IF_ERROR(CheckJsonObject("--kwargs", kwargs, kKwargs));
  }
  RLMESH_RETURN_IF_ERROR(CheckEntrypoint(entrypoint));
  RLMESH_RETURN_IF_ERROR(ValidateLanes());
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
      "  env_server --gym=CartPole-v1 --num_envs=8 "
      "--vectorization_mode=async\n"
      "  env_server --native=cartpole --address=unix:///tmp/cartpole\n"
      "  env_server --probe=127.0.0.1:50051\n\n"
      "The first line on standard output is READY and the address. A second "
      "signal\nstops at once. Variables: RLMESH_ADDRESS, RLMESH_PORT, "
      "RLMESH_MAKE_KWARGS,\nRLMESH_NUM_ENVS, RLMESH_VECTORIZATION_MODE, "
      "RLMESH_BOOTSTRAP_JSON,\nRLMESH_ALLOW_REMOTE_SHUTDOWN, "
      "RLMESH_WORKFLOW_EDITION, RLMESH_VALIDATION_POLICY,\nRLMESH_TLS_CERT, "
      "RLMESH_TLS_KEY, RLMESH_TLS_CLIENT_CA, RLMESH_TOKEN_FILE,\n"
      "RLMESH_PYTHON, RLMESH_LOG=LEVEL[,json].\n";
  spec.flags = {"gym",
                "entrypoint",
                "native",
                "kwargs",
                "import",
                "interpreter",
                "num_envs",
                "vectorization_mode",
                "worker_processes",
                "autoreset",
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
  status = options.probe.has_value()
               ? Probe(options)
               : Serve(options, *Address::ForBind(options.address));
  return status.ok() ? kExitOk : Failure(kProgram, status);
}

}  // namespace rlmesh
