// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/model_server_command.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "glog/logging.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cli/policy_flag.h"
#include "rlmesh/cli/server_signals.h"
#include "rlmesh/json/json.h"
#include "rlmesh/model/builtin/policy.h"
#include "rlmesh/model/model_server.h"
#include "rlmesh/model/python_worker_model.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/bind_probe.h"
#include "rlmesh/transport/editions.h"
#include "tools/version/version.h"

namespace rlmesh {
namespace {

constexpr char kProgram[] = "model_server";
constexpr char kDefaultAddress[] = "127.0.0.1:50052";

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

// `named` is where the text comes from.
absl::Status CheckKwargs(const std::string& text, absl::string_view named) {
  const absl::StatusOr<Json> parsed = ParseJson(text);
  if (parsed.ok() && parsed->is_object()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      named, " '", text,
      "': ", parsed.ok() ? "not a JSON object" : parsed.status().message(),
      "; write it like '{\"checkpoint\": \"a.pt\"}'"));
}

// What the libraries need; the address is checked where it is used.
ModelServerOptions LibraryOptions(const ModelServerCommandOptions& options) {
  ModelServerOptions server;
  server.service.introduction.package_version = std::string(Version());
  server.service.introduction.edition = options.workflow_edition;
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

}  // namespace

absl::Status ModelServerCommandOptions::ReadVariables(
    const std::function<const char*(const char*)>& get) {
  const auto value = [&get](const char* name) -> std::string {
    const char* text = get(name);
    return text == nullptr ? "" : text;
  };
  for (const char* name : {"RLMESH_ADDRESS", "RLMESH_PORT"}) {
    if (!address.empty() || value(name).empty()) continue;
    address = value(name);
    if (absl::string_view(name) == "RLMESH_PORT") {
      address = absl::StrCat("0.0.0.0:", address);
    }
    if (absl::Status s = Address::ForBind(address).status(); !s.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " is \"", value(name), "\": ", s.message()));
    }
  }
  if (address.empty()) address = kDefaultAddress;
  const std::string made = value("RLMESH_MAKE_KWARGS");
  if (kwargs.empty() && !made.empty() && !entrypoint.empty()) {
    RLMESH_RETURN_IF_ERROR(CheckKwargs(made, "RLMESH_MAKE_KWARGS"));
    kwargs = made;
  }
  const std::string allow = value("RLMESH_ALLOW_REMOTE_SHUTDOWN");
  allow_remote_shutdown |= allow == "1" || allow == "true";
  workflow_edition = value("RLMESH_WORKFLOW_EDITION");
  if (absl::Status s = CheckDeclaredEdition("model", workflow_edition);
      !s.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("RLMESH_WORKFLOW_EDITION is \"", workflow_edition,
                     "\": ", s.message()));
  }
  const std::string capacity = value("RLMESH_EPISODE_CAPACITY");
  if (!capacity.empty() && (!absl::SimpleAtoi(capacity, &episode_capacity) ||
                            episode_capacity < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("RLMESH_EPISODE_CAPACITY is \"", capacity,
                     "\"; it must be a number above 0"));
  }
  return absl::OkStatus();
}

absl::Status ModelServerCommandOptions::Validate() const {
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
  if (!kwargs.empty()) RLMESH_RETURN_IF_ERROR(CheckKwargs(kwargs, "--kwargs"));
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
      "--address=unix:///tmp/model\n\n"
      "A Python policy is a function of an observation, or an object or a "
      "class with\npredict, predict_batch, predict_chunk or "
      "predict_chunk_batch; load(**kwargs),\nreset() at the end of an episode "
      "and close() are called where they are defined.\nIt runs in a process of "
      "its own. Observations are NumPy arrays where its Python\nhas NumPy, "
      "lists otherwise (RLMESH_LOG=info says which).\n\n"
      "The first line on standard output is READY and the address. A second "
      "signal\nstops at once. Variables: RLMESH_ADDRESS, RLMESH_PORT, "
      "RLMESH_MAKE_KWARGS,\nRLMESH_ALLOW_REMOTE_SHUTDOWN, "
      "RLMESH_WORKFLOW_EDITION, RLMESH_EPISODE_CAPACITY,\nRLMESH_TLS_CERT, "
      "RLMESH_TLS_KEY, RLMESH_TLS_CLIENT_CA, RLMESH_TOKEN_FILE,\n"
      "RLMESH_PYTHON, RLMESH_LOG=LEVEL[,json].\n";
  spec.flags = {"entrypoint",   "kwargs",        "import",
                "interpreter",  "policy",        "seed",
                "address",      "ready_fd",      "predict_timeout",
                "idle_timeout", "drain_timeout", "allow_remote_shutdown",
                "tls_cert",     "tls_key",       "tls_client_ca",
                "token_file"};
  spec.repeatable = {"import"};
  spec.ranges = {{"seed", {"-1", ""}},
                 {"ready_fd", {"-1", ""}},
                 {"predict_timeout", {"1ms", ""}},
                 {"idle_timeout", {"1ms", ""}},
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
  status = Serve(options, *Address::ForBind(options.address));
  return status.ok() ? kExitOk : Failure(kProgram, status);
}

}  // namespace rlmesh
