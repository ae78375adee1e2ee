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
  environment->factory_ = *std::move(factory);
  RLMESH_ASSIGN_OR_RETURN(environment->remote_,
                          environment->factory_->Create());
  return environment;
}

SandboxEnvironment::~SandboxEnvironment() {
  if (absl::Status s = Abandon(); !s.ok()) LOG(WARNING) << s;
}

absl::Status SandboxEnvironment::Reset(const ResetRequest& request,
                                       Observation* observation) {
  return Explain(remote_->Reset(request, observation));
}

absl::Status SandboxEnvironment::Step(const StepRequest& request,
                                      Transition* transition) {
  return Explain(remote_->Step(request, transition));
}

absl::Status SandboxEnvironment::Render(uint32_t lane, Frame* frame) {
  return Explain(remote_->Render(lane, frame));
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

absl::Status SandboxEnvironment::Close() {
  if (closed_) return absl::OkStatus();
  closed_ = true;
  absl::Status status = Explain(remote_->Close());
  absl::Status stopped = sandbox_->Stop(kGrace);
  return status.ok() ? stopped : status;
}

absl::Status SandboxEnvironment::Abandon() {
  if (closed_) return absl::OkStatus();
  closed_ = true;
  return sandbox_->Stop(kShortGrace);
}

}  // namespace rlmesh
