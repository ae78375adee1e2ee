// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/sandbox_environment.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "glog/logging.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/launch/child_wait.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(3);
constexpr absl::Duration kShortGrace = absl::Milliseconds(500);
// A broken connection is noticed before the end of the process that broke it.
constexpr absl::Duration kEndDelay = absl::Milliseconds(200);

}  // namespace

absl::StatusOr<std::unique_ptr<SandboxEnvironment>> SandboxEnvironment::Start(
    const ProcessSandboxOptions& options, RemoteOptions remote) {
  const absl::Time deadline = absl::Now() + options.start_timeout;
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<ProcessSandbox> sandbox,
                          ProcessSandbox::Start(options));
  std::unique_ptr<SandboxEnvironment> environment(
      new SandboxEnvironment(std::move(sandbox)));
  RLMESH_ASSIGN_OR_RETURN(
      Address address, Address::ForConnect(environment->sandbox_->address()));
  // A server that is ready answers at once.
  remote.connect.timeout =
      std::max(deadline - absl::Now(), absl::Duration(absl::Seconds(1)));
  absl::StatusOr<std::unique_ptr<RemoteEnvironmentFactory>> factory =
      RemoteEnvironmentFactory::Connect(address, remote);
  if (!factory.ok()) return environment->Explain(factory.status());
  environment->contract_ = (*factory)->contract();
  environment->factory_ = *std::move(factory);
  absl::MutexLock lock(&environment->mu_);
  RLMESH_ASSIGN_OR_RETURN(environment->remote_,
                          environment->factory_->Create());
  return environment;
}

SandboxEnvironment::~SandboxEnvironment() {
  if (absl::Status s = Abandon(); !s.ok()) LOG(WARNING) << s;
}

absl::StatusOr<std::shared_ptr<Environment>> SandboxEnvironment::Remote()
    const {
  absl::MutexLock lock(&mu_);
  if (remote_ != nullptr) return remote_;
  return absl::FailedPreconditionError("the environment is closed");
}

absl::Status SandboxEnvironment::Reset(const ResetRequest& request,
                                       Observation* observation) {
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<Environment> remote, Remote());
  return Explain(remote->Reset(request, observation));
}

absl::Status SandboxEnvironment::Step(const StepRequest& request,
                                      Transition* transition) {
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<Environment> remote, Remote());
  return Explain(remote->Step(request, transition));
}

absl::Status SandboxEnvironment::Render(uint32_t lane, Frame* frame) {
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<Environment> remote, Remote());
  return Explain(remote->Render(lane, frame));
}

void SandboxEnvironment::Cancel() {
  absl::StatusOr<std::shared_ptr<Environment>> remote = Remote();
  if (remote.ok()) (*remote)->Cancel();
}

absl::Status SandboxEnvironment::Explain(absl::Status status) const {
  if (!absl::IsUnavailable(status)) return status;
  absl::StatusOr<ExitStatus> exit =
      sandbox_->WaitForEnd(absl::Now() + kEndDelay);
  if (!exit.ok()) return status;
  absl::Status explained = absl::UnavailableError(absl::StrCat(
      "the sandbox of the environment ended: its server ", exit->ToString()));
  SetErrorDetails({"", LastLines(sandbox_->LogTail(), 20), false}, &explained);
  return explained;
}

void SandboxEnvironment::Disconnect() {
  std::shared_ptr<Environment> remote;
  {
    absl::MutexLock lock(&mu_);
    remote.swap(remote_);
  }
  remote.reset();
  factory_.reset();
}

absl::Status SandboxEnvironment::Close() {
  absl::StatusOr<std::shared_ptr<Environment>> remote = Remote();
  if (!remote.ok()) return absl::OkStatus();
  absl::Status status = Explain((*remote)->Close());
  remote->reset();
  Disconnect();
  absl::Status stopped = sandbox_->Stop(kGrace);
  return status.ok() ? stopped : status;
}

absl::Status SandboxEnvironment::Abandon() {
  if (!Remote().ok()) return absl::OkStatus();
  absl::Status stopped = sandbox_->Stop(kShortGrace);
  Disconnect();
  return stopped;
}

}  // namespace rlmesh
