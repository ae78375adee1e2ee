// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Environments of a server that somebody else runs, however often it comes
// back.

#ifndef RLMESH_LAUNCH_RUNNING_SERVER_H_
#define RLMESH_LAUNCH_RUNNING_SERVER_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/remote_connection.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/editions.h"

namespace rlmesh {

// Sessions with a server, each over the connection of the one before, or over a
// new one where that was lost. Trying again, and for how long, is the caller's.
// Thread-safe.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto factory,
//                           RunningServerFactory::Connect(address, {}));
//   RLMESH_ASSIGN_OR_RETURN(auto env, factory->Create());
class RunningServerFactory : public EnvironmentFactory {
 public:
  // Errors of RemoteEnvironmentFactory::Connect.
  static absl::StatusOr<std::unique_ptr<RunningServerFactory>> Connect(
      const Address& address, const RemoteOptions& options);

  const EnvContract& contract() const override { return contract_; }
  // What the first server offered: a model's server has to agree (RemoteModel).
  const EditionOffer& offer() const { return offer_; }

  // Connects where an earlier session was lost: blocks for the connect timeout
  // at most. Unavailable when nobody is there, FailedPrecondition when the
  // server that is there now serves another environment than the first one did.
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& options) override;

 private:
  class Session;

  RunningServerFactory(Address address, RemoteOptions options)
      : address_(std::move(address)), options_(std::move(options)) {}
  absl::StatusOr<std::unique_ptr<RemoteEnvironmentFactory>> ConnectOnce() const;

  const Address address_;
  const RemoteOptions options_;
  EnvContract contract_;
  EditionOffer offer_;
  std::atomic<bool> lost_{false};  // a session has found nobody there
  absl::Mutex mu_;                 // held while connecting
  std::unique_ptr<RemoteEnvironmentFactory> factory_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_RUNNING_SERVER_H_
