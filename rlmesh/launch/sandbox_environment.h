// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Environments that live in a sandbox.

#ifndef RLMESH_LAUNCH_SANDBOX_ENVIRONMENT_H_
#define RLMESH_LAUNCH_SANDBOX_ENVIRONMENT_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/remote_connection.h"
#include "rlmesh/launch/process_sandbox.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/transport/editions.h"

namespace rlmesh {

// A server in a sandbox, whose sessions are the environments. When the server
// has ended by itself, or answers no more, the next Create starts another one
// in its place; errors of the environments say how it ended, with the end of
// its log.
//
// Owns the sandbox until Close, Abandon or the destructor; environments that it
// made fail afterwards. Thread-safe but for these three.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto factory,
//                           SandboxEnvironmentFactory::Start(options, {}));
//   RLMESH_ASSIGN_OR_RETURN(auto env, factory->Create());
//   RLMESH_RETURN_IF_ERROR(env->Reset({}, &observation));
class SandboxEnvironmentFactory : public EnvironmentFactory {
 public:
  // Starts the server and shakes hands with it, both within
  // `options.start_timeout`. Errors as for ProcessSandbox::Start and
  // RemoteEnvironmentFactory::Connect.
  static absl::StatusOr<std::unique_ptr<SandboxEnvironmentFactory>> Start(
      const ProcessSandboxOptions& options, const RemoteOptions& remote);

  ~SandboxEnvironmentFactory() override;

  const EnvContract& contract() const override { return contract_; }

  // Opens no session: the first Reset does. Blocks only where a server has to
  // be asked whether it is there, or started. FailedPrecondition once this is
  // closed.
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& options) override;

  // "bubblewrap", or "none (bubblewrap is not installed)".
  const std::string& isolation() const { return isolation_; }

  // What the first server offered: a model's server has to agree (RemoteModel).
  const EditionOffer& offer() const { return offer_; }

  // Ends the sandbox, in order: environments that were closed have run their
  // own close. Nothing is left afterwards. Idempotent.
  absl::Status Close() { return End(kGrace); }

  // Ends it within a second or two, whatever the environments do.
  absl::Status Abandon() { return End(kShortGrace); }

 private:
  class Server;
  class SandboxEnvironment;

  static constexpr absl::Duration kGrace = absl::Seconds(3);
  static constexpr absl::Duration kShortGrace = absl::Milliseconds(500);

  SandboxEnvironmentFactory(const ProcessSandboxOptions& options,
                            const RemoteOptions& remote)
      : options_(options), remote_(remote) {}

  absl::StatusOr<std::shared_ptr<Server>> Usable();
  absl::Status End(absl::Duration grace);

  const ProcessSandboxOptions options_;
  const RemoteOptions remote_;
  EnvContract contract_;
  std::string isolation_;
  EditionOffer offer_;
  absl::Mutex mu_;  // held while a server starts: nobody needs two
  std::shared_ptr<Server> server_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_SANDBOX_ENVIRONMENT_H_
