// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/sandbox_environment.h"

#include <algorithm>
#include <atomic>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/launch/child_wait.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {
namespace {

// A broken connection is noticed before the end of the process that broke it.
constexpr absl::Duration kEndDelay = absl::Milliseconds(200);
// How long a server that runs may take to answer before it counts as stuck.
constexpr absl::Duration kAnswerTime = absl::Seconds(5);

}  // namespace

// One life of the server, shared by the sessions with it.
class SandboxEnvironmentFactory::Server {
 public:
  static absl::StatusOr<std::shared_ptr<Server>> Start(
      const ProcessSandboxOptions& options, const RemoteOptions& remote) {
    const absl::Time deadline = SteadyNow() + options.start_timeout;
    RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<ProcessSandbox> sandbox,
                            ProcessSandbox::Start(options));
    auto server = std::make_shared<Server>(std::move(sandbox), remote);
    // A server that is ready answers at once.
    absl::Status connected = server->Connect(
        std::max(deadline - SteadyNow(), absl::Duration(absl::Seconds(1))));
    if (!connected.ok()) return server->Explain(connected);
    return server;
  }

  Server(std::unique_ptr<ProcessSandbox> sandbox, const RemoteOptions& remote)
      : sandbox_(std::move(sandbox)), remote_(remote) {}

  ~Server() {
    // Connections first: a server does not end before its clients.
    factory_.reset();
    if (absl::Status s = sandbox_->Stop(kShortGrace); !s.ok()) {
      LOG(WARNING) << s;
    }
  }

  // Under the factory's lock.
  absl::Status Connect(absl::Duration timeout) {
    RLMESH_ASSIGN_OR_RETURN(Address address,
                            Address::ForConnect(sandbox_->address()));
    RemoteOptions remote = remote_;
    remote.connect.timeout = timeout;
    RLMESH_ASSIGN_OR_RETURN(factory_,
                            RemoteEnvironmentFactory::Connect(address, remote));
    suspect_ = false;
    return absl::OkStatus();
  }
  // Under the factory's lock too. Whether it is there, as far as can be told.
  bool Answers() {
    if (sandbox_->exit_status().has_value()) return false;
    return !suspect_ || Connect(kAnswerTime).ok();
  }

  absl::Status Stop(absl::Duration grace) {
    factory_.reset();
    return sandbox_->Stop(grace);
  }

  // Says how the server ended, when that is behind `status`.
  absl::Status Explain(absl::Status status) {
    if (absl::IsDeadlineExceeded(status)) suspect_ = true;
    if (!absl::IsUnavailable(status)) return status;
    suspect_ = true;
    absl::StatusOr<ExitStatus> exit =
        sandbox_->WaitForEnd(SteadyNow() + kEndDelay);
    if (!exit.ok()) return status;
    absl::Status explained = absl::UnavailableError(absl::StrCat(
        "the sandbox of the environment ended: its server ", exit->ToString()));
    SetErrorDetails({"", LastLines(sandbox_->LogTail(), 20), false},
                    &explained);
    return explained;
  }

  const ProcessSandbox& sandbox() const { return *sandbox_; }
  RemoteEnvironmentFactory* factory() const { return factory_.get(); }

 private:
  const std::unique_ptr<ProcessSandbox> sandbox_;
  const RemoteOptions remote_;
  std::unique_ptr<RemoteEnvironmentFactory> factory_;
  std::atomic<bool> suspect_{false};  // a call found nobody there
};

// A session with the server. Calls as for RemoteEnvironment.
class SandboxEnvironmentFactory::SandboxEnvironment : public Environment {
 public:
  SandboxEnvironment(std::shared_ptr<Server> server,
                     std::unique_ptr<Environment> remote)
      : server_(std::move(server)), remote_(std::move(remote)) {}

  const EnvContract& contract() const override { return remote_->contract(); }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override {
    return server_->Explain(remote_->Reset(request, observation));
  }
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override {
    return server_->Explain(remote_->Step(request, transition));
  }
  absl::Status Render(const RenderRequest& request, Frame* frame) override {
    return server_->Explain(remote_->Render(request, frame));
  }
  void Cancel() override { remote_->Cancel(); }
  absl::Status Close() override { return server_->Explain(remote_->Close()); }
  bool takes_lanes() const override { return remote_->takes_lanes(); }

 private:
  const std::shared_ptr<Server> server_;
  const std::unique_ptr<Environment> remote_;  // ends before the server
};

absl::StatusOr<std::unique_ptr<SandboxEnvironmentFactory>>
SandboxEnvironmentFactory::Start(const ProcessSandboxOptions& options,
                                 const RemoteOptions& remote) {
  std::unique_ptr<SandboxEnvironmentFactory> factory(
      new SandboxEnvironmentFactory(options, remote));
  absl::MutexLock lock(&factory->mu_);
  RLMESH_ASSIGN_OR_RETURN(factory->server_, Server::Start(options, remote));
  factory->contract_ = factory->server_->factory()->contract();
  factory->isolation_ = factory->server_->sandbox().isolation();
  factory->offer_ =
      OfferOf(factory->server_->factory()->connection().handshake(), "env");
  return factory;
}

SandboxEnvironmentFactory::~SandboxEnvironmentFactory() {
  if (absl::Status s = Abandon(); !s.ok()) LOG(WARNING) << s;
}

absl::StatusOr<std::shared_ptr<SandboxEnvironmentFactory::Server>>
SandboxEnvironmentFactory::Usable() {
  if (closed_) {
    return absl::FailedPreconditionError("the environment is closed");
  }
  if (server_ != nullptr && server_->Answers()) return server_;
  if (server_ != nullptr) {
    // Sessions of others fail at once, and come here too.
    server_->Stop(kShortGrace).IgnoreError();
    server_.reset();
  }
  RLMESH_ASSIGN_OR_RETURN(server_, Server::Start(options_, remote_));
  return server_;
}

absl::StatusOr<std::unique_ptr<Environment>> SandboxEnvironmentFactory::Create(
    const CreateOptions& /*options*/) {
  absl::MutexLock lock(&mu_);
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<Server> server, Usable());
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<Environment> remote,
                          server->factory()->Create());
  return std::make_unique<SandboxEnvironment>(std::move(server),
                                              std::move(remote));
}

absl::Status SandboxEnvironmentFactory::End(absl::Duration grace) {
  absl::MutexLock lock(&mu_);
  closed_ = true;
  if (server_ == nullptr) return absl::OkStatus();
  const std::shared_ptr<Server> server = std::move(server_);
  server_ = nullptr;
  return server->Stop(grace);
}

}  // namespace rlmesh
