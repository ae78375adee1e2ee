// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/model_server_command.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "glog/logging.h"
#include "rlmesh/base/foreign_text.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cli/policy_flag.h"
#include "rlmesh/cli/server_signals.h"
#include "rlmesh/cli/variables/bootstrap.h"
#include "rlmesh/model/builtin/policy.h"
#include "rlmesh/model/model_server.h"
#include "rlmesh/model/python_worker_model.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/bind_probe.h"
#include "rlmesh/transport/handshake.h"
#include "tools/version/version.h"

namespace rlmesh {
namespace {

constexpr char kProgram[] = "model_server";
constexpr char kKwargs[] = "{\"checkpoint\": \"a.pt\"}";
constexpr char kDefaultAddress[] = "127.0.0.1:50052";
constexpr char kLanesOfClients[] =
    "a policy takes as many lanes as each client sends";

absl::StatusOr<Policy> ServablePolicy(const std::string& text) {
  RLMESH_ASSIGN_OR_RETURN(Policy policy, ParsePolicyFlag(text));
  if (policy.kind == Policy::Kind::kRemote) {
    return absl::InvalidArgumentError(
        absl::StrCat("--policy=", text,
                     " is the address of a model server; this program serves "
                     "random and constant:VALUE"));
  }
  return policy;
}

void WarnIfSet(const GetVariable& get, const char* name,
               absl::string_view reason) {
  const std::string value = Variable(get, name);
  if (value.empty()) return;
  LOG(WARNING) << name << "=" << value.substr(0, 200)
               << " is ignored: " << reason;
}

// Of variables that a whole machine may have, for environments.
void WarnOfOthers(const GetVariable& get) {
  WarnIfSet(get, "RLMESH_NUM_ENVS", kLanesOfClients);
  WarnIfSet(get, "RLMESH_VECTORIZATION_MODE", kLanesOfClients);
  WarnIfSet(get, "RLMESH_VALIDATION_POLICY",
            "observations are checked by who serves the environment, and "
            "actions outside their space are always refused");
  for (const char* name : {"RLMESH_FRAMEWORK", "RLMESH_DEVICE"}) {
    WarnIfSet(
        get, name,
        "a policy gets NumPy arrays, or lists, in the memory of the host");
  }
}

// What the libraries need; the address is checked where it is used.
ModelServerOptions LibraryOptions(const ModelServerCommandOptions& options) {
  ModelServerOptions server;
  server.service.introduction.package_version = std::string(Version());
  server.service.introduction.edition = options.workflow_edition;
  server.service.max_sessions = options.max_sessions;
  server.service.session_timeout = options.session_timeout;
  server.service.allow_remote_shutdown = options.allow_remote_shutdown;
  server.loop.idle_timeout = options.idle_timeout;
  server.loop.drain_timeout = options.drain_timeout;
  return server;
}

PythonModelOptions PythonOptions(const ModelServerCommandOptions& options) {
  PythonModelOptions python;
  python.entrypoint = options.entrypoint;
  python.imports = absl::StrSplit(options.imports, ',', absl::SkipEmpty());
  python.kwargs = options.kwargs;
  python.process.interpreter = options.interpreter;
  python.process.on_line = [](absl::string_view line) {
    LOG(INFO) << "policy: " << line;
  };
  python.predict_timeout = options.predict_timeout;
  python.episode_capacity = options.episode_capacity;
  return python;
}

absl::StatusOr<std::unique_ptr<Model>> MakeModel(
    const ModelServerCommandOptions& options) {
  if (!options.entrypoint.empty()) {
    return PythonWorkerModel::Create(PythonOptions(options));
  }
  RLMESH_ASSIGN_OR_RETURN(const Policy policy, ServablePolicy(options.policy));
  const uint64_t seed =
      options.seed >= 0 ? static_cast<uint64_t>(options.seed) : RandomSeed();
  return MakeBuiltinModel(policy, seed);
}

absl::Status Serve(const ModelServerCommandOptions& options,
                   const Address& address) {
  RaiseDescriptorLimit();
  RLMESH_ASSIGN_OR_RETURN(const ServerSecurityFiles files,
                          options.security.Server(&std::getenv));
  RLMESH_ASSIGN_OR_RETURN(ServerSecurity security, files.Read());
  // A busy port is an error before the policy takes its time to load.
  RLMESH_RETURN_IF_ERROR(ProbeBind(address));
  absl::Mutex mu;
  std::unique_ptr<ModelServer> server;  // null while it loads; guarded by mu
  const auto stop = [&mu, &server](void (ModelServer::*how)()) {
    absl::MutexLock lock(&mu);
    // User code that is being loaded need not be waited for: the worker and
    // what it started end with this process.
    if (server == nullptr) _exit(kExitOk);
    (server.get()->*how)();
  };
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<ServerSignals> signals,
      ServerSignals::Install([&stop] { stop(&ModelServer::Stop); },
                             [&stop] { stop(&ModelServer::StopNow); }));
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<Model> model, MakeModel(options));
  ModelServerOptions server_options = LibraryOptions(options);
  server_options.listen.address = address;
  server_options.listen.tls = std::move(security.tls);
  server_options.service.token = std::move(security.token);
  {
    absl::MutexLock lock(&mu);
    RLMESH_ASSIGN_OR_RETURN(
        server, ModelServer::Start(std::move(model), server_options));
  }
  RLMESH_RETURN_IF_ERROR(AnnounceReady(server->address(), options.ready_fd));
  server->Serve();
  return absl::OkStatus();
}

absl::Status Probe(const ModelServerCommandOptions& flags) {
  RLMESH_ASSIGN_OR_RETURN(const Address address,
                          Address::ForConnect(*flags.probe));
  RLMESH_ASSIGN_OR_RETURN(const ClientSecurityFiles files,
                          flags.security.Client(&std::getenv));
  RemoteModelOptions options;
  RLMESH_ASSIGN_OR_RETURN(options.connect.security, files.Read());
  options.introduction.package_version = std::string(Version());
  RLMESH_ASSIGN_OR_RETURN(const core::v1::HandshakeResponse answer,
                          RemoteModel::Greet(address, options));
  std::vector<std::string> capabilities;
  for (const auto& entry : answer.capabilities()) {
    if (HasCapability(answer, entry.first)) capabilities.push_back(entry.first);
  }
  std::sort(capabilities.begin(), capabilities.end());
  const core::v1::PeerInfo& peer = answer.peer_info();
  const std::string found = absl::StrCat(
      "a policy at ", address.ToString(), "\n  server       ", peer.component(),
      " ", peer.package_version(), " (", peer.language(), "), editions ",
      absl::StrJoin(answer.supported_workflow_editions(), ", "),
      "\n  capabilities ",
      capabilities.empty() ? "none" : absl::StrJoin(capabilities, ", "));
  std::cout << ForTerminal(found) << std::endl;
  return absl::OkStatus();
}

}  // namespace

absl::Status ModelServerCommandOptions::ReadVariables(const GetVariable& get) {
  ServerVariables shared;
  shared.address = address;
  shared.allow_remote_shutdown = allow_remote_shutdown;
  RLMESH_RETURN_IF_ERROR(shared.Read(get, "model", kDefaultAddress));
  address = shared.address;
  allow_remote_shutdown = shared.allow_remote_shutdown;
  workflow_edition = shared.workflow_edition;
  const std::string capacity = Variable(get, "RLMESH_EPISODE_CAPACITY");
  if (!capacity.empty() && (!absl::SimpleAtoi(capacity, &episode_capacity) ||
                            episode_capacity < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("RLMESH_EPISODE_CAPACITY is \"", capacity,
                     "\"; it must be a number above 0"));
  }
  if (probe.has_value()) return absl::OkStatus();
  WarnOfOthers(get);
  if (!policy.empty()) {
    // A policy of ours takes no arguments: they are meant for something else.
    WarnIfSet(get, "RLMESH_MAKE_KWARGS",
              absl::StrCat("--policy=", policy, " takes no arguments"));
  } else {
    RLMESH_RETURN_IF_ERROR(ReadMakeKwargs(get, kKwargs, &kwargs));
  }
  return ReadBootstrap(get);
}

absl::Status ModelServerCommandOptions::ReadBootstrap(const GetVariable& get) {
  const std::string text = Variable(get, "RLMESH_BOOTSTRAP_JSON");
  if (text.empty()) return absl::OkStatus();
  if (!policy.empty() || !entrypoint.empty()) {
    LOG(INFO) << "RLMESH_BOOTSTRAP_JSON is ignored: a flag says what to serve";
    return absl::OkStatus();
  }
  RLMESH_ASSIGN_OR_RETURN(const Bootstrap bootstrap, Bootstrap::Parse(text));
  if (bootstrap.kind == Bootstrap::Kind::kGym) {
    return absl::InvalidArgumentError(absl::StrCat(
        "RLMESH_BOOTSTRAP_JSON: kind \"gym\" names an environment (",
        bootstrap.target,
        "), which env_server serves; a policy is {\"spec\": {\"kind\": "
        "\"factory\", \"entrypoint\": \"module:attribute\"}}"));
  }
  if (bootstrap.num_envs > 1 || !bootstrap.vectorization_mode.empty()) {
    LOG(WARNING) << "RLMESH_BOOTSTRAP_JSON: num_envs and vectorization_mode "
                    "are ignored: "
                 << kLanesOfClients;
  }
  entrypoint = bootstrap.target;
  if (kwargs.empty()) kwargs = bootstrap.kwargs;
  if (imports.empty()) imports = absl::StrJoin(bootstrap.imports, ",");
  return absl::OkStatus();
}

absl::Status ModelServerCommandOptions::Validate() const {
  if (probe.has_value()) {
    if (probe->empty()) {
      return absl::InvalidArgumentError(
          "--probe= names no server; write for example "
          "--probe=127.0.0.1:50052");
    }
    RLMESH_RETURN_IF_ERROR(security.Client(&std::getenv).status());
    return Address::ForConnect(*probe).status();
  }
  if (policy.empty() == entrypoint.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        policy.empty() ? "nothing to serve: "
                       : "more than one thing to serve: ",
        "give one of --entrypoint=MODULE:ATTRIBUTE, --policy=random and "
        "--policy=constant:VALUE"));
  }
  if (entrypoint.empty()) {
    RLMESH_RETURN_IF_ERROR(ServablePolicy(policy).status());
    if (!kwargs.empty() || !imports.empty() || !interpreter.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--policy=", policy,
                       " runs without Python: leave --kwargs, --import and "
                       "--interpreter out"));
    }
  } else if (entrypoint.find(':') == std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("--entrypoint=", entrypoint, ": write module:attribute"));
  }
  if (!kwargs.empty()) {
    RLMESH_RETURN_IF_ERROR(CheckJsonObject("--kwargs", kwargs, kKwargs));
  }
  if (predict_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--predict_timeout=", absl::FormatDuration(predict_timeout),
        " must be more than 0"));
  }
  if (seed < -1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--seed=", seed, " must be 0 or more, or -1 for any"));
  }
  RLMESH_RETURN_IF_ERROR(Address::ForBind(address).status());
  RLMESH_RETURN_IF_ERROR(security.Server(&std::getenv).status());
  return LibraryOptions(*this).Validate();
}

CommandSpec ModelServerSpec() {
  CommandSpec spec;
  spec.program = kProgram;
  spec.about =
      "Serves a policy over gRPC (rlmesh-wire-v1) until SIGTERM or SIGINT: "
      "whoever\nconnects sends observations and gets actions.\n\n"
      "  model_server --entrypoint=my_package.policy:Policy "
      "--kwargs='{\"checkpoint\": \"a.pt\"}'\n"
      "  model_server --policy=random\n"
      "  model_server --policy='constant:[0.5, -1]' "
      "--address=unix:///tmp/model\n"
      "  model_server --probe=127.0.0.1:50052\n\n"
      "A Python policy is a function of an observation, or an object or a "
      "class with\npredict, predict_batch, predict_chunk or "
      "predict_chunk_batch; load(**kwargs),\nreset() at the end of an episode "
      "and close() are called where they are defined.\nIt runs in a process of "
      "its own. Observations are NumPy arrays where its Python\nhas NumPy, "
      "lists otherwise (RLMESH_LOG=info says which).\n\n"
      "The first line on standard output is READY and the address. A second "
      "signal\nstops at once. Variables: RLMESH_ADDRESS, RLMESH_PORT, "
      "RLMESH_MAKE_KWARGS,\nRLMESH_BOOTSTRAP_JSON, "
      "RLMESH_ALLOW_REMOTE_SHUTDOWN, RLMESH_WORKFLOW_EDITION,\n"
      "RLMESH_EPISODE_CAPACITY, RLMESH_TLS_CERT, RLMESH_TLS_KEY, "
      "RLMESH_TLS_CLIENT_CA,\nRLMESH_TOKEN_FILE, RLMESH_PYTHON, "
      "RLMESH_LOG=LEVEL[,json].\n";
  spec.flags = {"entrypoint",      "kwargs",
                "import",          "interpreter",
                "policy",          "seed",
                "address",         "ready_fd",
                "predict_timeout", "max_sessions",
                "idle_timeout",    "session_timeout",
                "drain_timeout",   "allow_remote_shutdown",
                "tls_cert",        "tls_key",
                "tls_client_ca",   "token_file",
                "probe",           "tls_ca",
                "tls_server_name"};
  spec.repeatable = {"import"};
  spec.ranges = {{"seed", {"-1", ""}},
                 {"ready_fd", {"-1", ""}},
                 {"predict_timeout", {"1ms", ""}},
                 {"max_sessions", {"1", "65536"}},
                 {"idle_timeout", {"1ms", ""}},
                 {"session_timeout", {"1ms", ""}},
                 {"drain_timeout", {"0s", ""}}};
  spec.argument_flag = "policy";
  return spec;
}

int ModelServerMain(ModelServerCommandOptions options) {
  absl::Status status = options.ReadVariables(&std::getenv);
  // Relative sockets and modules are the user's.
  const std::string folder = UserWorkingDirectory();
  if (status.ok() && !folder.empty() && chdir(folder.c_str()) != 0) {
    status = absl::ErrnoToStatus(errno, absl::StrCat("entering ", folder));
  }
  if (status.ok()) status = options.Validate();
  if (!status.ok()) return UsageError(ModelServerSpec(), status);
  status = options.probe.has_value()
               ? Probe(options)
               : Serve(options, *Address::ForBind(options.address));
  return status.ok() ? kExitOk : Failure(kProgram, status);
}

}  // namespace rlmesh
