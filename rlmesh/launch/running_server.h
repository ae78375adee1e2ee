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
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/optional.h"
#include "rlmesh/base/steady_cond_var.h"
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

  // Connects where an earlier session was lost: blocks for twice the connect
  // timeout at most, less where the deadline is nearer. Sessions that find the
  // server lost together wait for one attempt and share what becomes of it.
  // Unavailable when nobody is there, FailedPrecondition when the server that
  // is there now serves another environment than the first one did.
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& options) override;

 private:
  class Session;
  // Everything over one connection.
  struct Connection {
    std::unique_ptr<RemoteEnvironmentFactory> factory;
    std::atomic<bool> lost{false};  // a session has found nobody there
  };
  // To replace a lost connection, by one of those who wait for it.
  struct Attempt {
    bool done = false;
    // How it ended for everybody; not set when only its maker gave up.
    absl::optional<absl::Status> outcome;
  };

  RunningServerFactory(Address address, RemoteOptions options)
      : address_(std::move(address)), options_(std::move(options)) {}
  // The connection, or a new one where it was lost.
  absl::StatusOr<std::shared_ptr<Connection>> Connected(
      const CreateOptions& options);
  absl::StatusOr<std::shared_ptr<Connection>> Reconnect(
      const CreateOptions& options) const;
  absl::Status TooLate() const;

  const Address address_;
  const RemoteOptions options_;
  EnvContract contract_;
  EditionOffer offer_;
  absl::Mutex mu_;  // never held while connecting
  SteadyCondVar changed_;
  std::shared_ptr<Connection> connection_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<Attempt> attempt_ ABSL_GUARDED_BY(mu_);  // under way
};

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_RUNNING_SERVER_H_
