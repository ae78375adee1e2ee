// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// An environment that lives in a sandbox.

#ifndef RLMESH_LAUNCH_SANDBOX_ENVIRONMENT_H_
#define RLMESH_LAUNCH_SANDBOX_ENVIRONMENT_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/launch/process_sandbox.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/transport/editions.h"
#include "rlmesh/transport/handshake.h"

namespace rlmesh {

// A server in a sandbox, and a session with it, as one Environment: it ends
// with this. When the server ends by itself, errors say how, with the end of
// its log. Calls as for RemoteEnvironment.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto env, SandboxEnvironment::Start(options, {}));
//   RLMESH_RETURN_IF_ERROR(env->Reset({}, &observation));
class SandboxEnvironment : public Environment {
 public:
  // Starts the server and shakes hands with it, both within
  // `options.start_timeout`. Errors as for ProcessSandbox::Start and
  // RemoteEnvironmentFactory::Connect.
  static absl::StatusOr<std::unique_ptr<SandboxEnvironment>> Start(
      const ProcessSandboxOptions& options, RemoteOptions remote);

  ~SandboxEnvironment() override;

  const EnvContract& contract() const override { return contract_; }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override;
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override;
  absl::Status Render(uint32_t lane, Frame* frame) override;
  void Cancel() override;

  // Ends the session, so that the environment's own close runs, then the
  // sandbox. Nothing is left afterwards.
  absl::Status Close() override;

  // Ends the sandbox within a second or two, whatever the environment does.
  // Like Close, the last call.
  absl::Status Abandon();

  const ProcessSandbox& sandbox() const { return *sandbox_; }
  // What the server offered: a model's server has to agree (RemoteModel).
  EditionOffer offer() const {
    return OfferOf(factory_->connection().handshake(), "env");
  }

 private:
  explicit SandboxEnvironment(std::unique_ptr<ProcessSandbox> sandbox)
      : sandbox_(std::move(sandbox)) {}
  // The session; FailedPrecondition once this is closed.
  absl::StatusOr<std::shared_ptr<Environment>> Remote() const;
  absl::Status Explain(absl::Status status) const;
  // Drops the connection: a server does not end before its clients.
  void Disconnect();

  std::unique_ptr<ProcessSandbox> sandbox_;
  EnvContract contract_;
  mutable absl::Mutex mu_;
  std::unique_ptr<RemoteEnvironmentFactory> factory_;
  std::shared_ptr<Environment> remote_ ABSL_GUARDED_BY(mu_);  // null: closed
};

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_SANDBOX_ENVIRONMENT_H_
