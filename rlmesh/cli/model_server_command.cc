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
#include "absl/strings/str_cat.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cli/policy_flag.h"
#include "rlmesh/cli/server_signals.h"
#include "rlmesh/model/builtin/policy.h"
#include "rlmesh/model/model_server.h"
#include "rlmesh/transport/address.h"
#include "tools/version/version.h"

namespace rlmesh {
namespace {

constexpr char kProgram[] = "model_server";
constexpr char kDefaultAddress[] = "127.0.0.1:50052";

absl::StatusOr<Policy> ServablePolicy(const std::string& text) {
  if (text.empty()) {
    return absl::InvalidArgumentError(
        "nothing to serve: give --policy=random or --policy=constant:VALUE");
  }
  RLMESH_ASSIGN_OR_RETURN(Policy policy, ParsePolicyFlag(text));
  if (policy.kind == Policy::Kind::kRemote) {
    return absl::InvalidArgumentError(
        absl::StrCat("--policy=", text,
                     " is the address of a model server; this program serves "
                     "random and constant:VALUE"));
  }
  return policy;
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

absl::Status Serve(const ModelServerCommandOptions& options) {
  RLMESH_ASSIGN_OR_RETURN(const Policy policy, ServablePolicy(options.policy));
  ModelServerOptions server_options = LibraryOptions(options);
  RLMESH_ASSIGN_OR_RETURN(server_options.listen.address,
                          Address::ForBind(options.address));
  const uint64_t seed =
      options.seed >= 0 ? static_cast<uint64_t>(options.seed) : RandomSeed();
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<ModelServer> server,
      ModelServer::Start(MakeBuiltinModel(policy, seed), server_options));
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<ServerSignals> signals,
      ServerSignals::Install([&server] { server->Stop(); },
                             [&server] { server->StopNow(); }));
  RLMESH_RETURN_IF_ERROR(AnnounceReady(server->address(), options.ready_fd));
  server->Serve();
  return absl::OkStatus();
}

}  // namespace

void ModelServerCommandOptions::ReadVariables(
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
  const std::string allow = value("RLMESH_ALLOW_REMOTE_SHUTDOWN");
  allow_remote_shutdown |= allow == "1" || allow == "true";
  workflow_edition = value("RLMESH_WORKFLOW_EDITION");
}

absl::Status ModelServerCommandOptions::Validate() const {
  RLMESH_RETURN_IF_ERROR(ServablePolicy(policy).status());
  if (seed < -1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--seed=", seed, " must be 0 or more, or -1 for any"));
  }
  RLMESH_RETURN_IF_ERROR(Address::ForBind(address).status());
  return LibraryOptions(*this).Validate();
}

CommandSpec ModelServerSpec() {
  CommandSpec spec;
  spec.program = kProgram;
  spec.about =
      "Serves a policy over gRPC (rlmesh-wire-v1) until SIGTERM or SIGINT: "
      "whoever\nconnects sends observations and gets actions.\n\n"
      "  model_server --policy=random\n"
      "  model_server --policy=constant:1 --address=127.0.0.1:0\n"
      "  model_server --policy='constant:[0.5, -1]' "
      "--address=unix:///tmp/model\n\n"
      "The first line on standard output is READY and the address. A second "
      "signal\nstops at once. Variables: RLMESH_ADDRESS, RLMESH_PORT, "
      "RLMESH_ALLOW_REMOTE_SHUTDOWN,\nRLMESH_WORKFLOW_EDITION, "
      "RLMESH_LOG=LEVEL[,json].\n";
  spec.flags = {"policy",
                "seed",
                "address",
                "ready_fd",
                "idle_timeout",
                "drain_timeout",
                "allow_remote_shutdown"};
  spec.ranges = {{"seed", {"-1", ""}},
                 {"ready_fd", {"-1", ""}},
                 {"idle_timeout", {"1ms", ""}},
                 {"drain_timeout", {"0s", ""}}};
  spec.argument_flag = "policy";
  return spec;
}

int ModelServerMain(ModelServerCommandOptions options) {
  options.ReadVariables(&std::getenv);
  absl::Status status;
  // Relative sockets are the user's.
  const std::string folder = UserWorkingDirectory();
  if (!folder.empty() && chdir(folder.c_str()) != 0) {
    status = absl::ErrnoToStatus(errno, absl::StrCat("entering ", folder));
  }
  if (status.ok()) status = options.Validate();
  if (!status.ok()) return UsageError(ModelServerSpec(), status);
  status = Serve(options);
  return status.ok() ? kExitOk : Failure(kProgram, status);
}

}  // namespace rlmesh
