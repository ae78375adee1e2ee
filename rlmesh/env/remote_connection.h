// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A connection to an environment server, after the handshake.

#ifndef RLMESH_ENV_REMOTE_CONNECTION_H_
#define RLMESH_ENV_REMOTE_CONNECTION_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/proto/core/v1/handshake.pb.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/handshake.h"

namespace rlmesh {

struct RemoteOptions {
  ConnectOptions connect;
  // How we introduce ourselves; the component is filled in.
  Introduction introduction;
  // Longest waits where a call names none: each more than 0.
  absl::Duration reset_timeout = absl::Seconds(600);
  absl::Duration step_timeout = absl::Seconds(300);
  absl::Duration close_timeout = absl::Seconds(5);
  // How long to go on trying when a session is opened anew: the server may
  // still be ending the old one.
  absl::Duration reopen_timeout = absl::Seconds(10);
};

// Value that is shared by the sessions of one client. Immutable, thread-safe.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto connection,
//                           RemoteConnection::Connect(address, {}));
//   connection->contract().id;  // "CartPole-v1"
class RemoteConnection {
 public:
  // Connects, shakes hands, checks the contract and agrees on an edition.
  // Blocks at most twice the connect timeout. Beside the errors of
  // ConnectChannel: FailedPrecondition for a server of another wire generation
  // or without a common edition (naming both sides), one that serves no
  // environments, or a contract that breaks the rules; Cancelled when
  // `cancellation` says so (null: never).
  static absl::StatusOr<std::shared_ptr<const RemoteConnection>> Connect(
      const Address& address, const RemoteOptions& options,
      Cancellation* cancellation = nullptr);

  const Address& address() const { return address_; }
  const RemoteOptions& options() const { return options_; }
  const EnvContract& contract() const { return contract_; }
  // The edition of every session, in the server's spelling.
  const std::string& edition() const { return edition_; }
  // What the server said of itself.
  const core::v1::HandshakeResponse& handshake() const { return handshake_; }
  env::v1::EnvService::StubInterface* stub() const { return stub_.get(); }

  // Asks the server to shut down: whether it agreed.
  absl::StatusOr<bool> Shutdown(absl::string_view reason) const;

 private:
  RemoteConnection(Address address, RemoteOptions options)
      : address_(std::move(address)), options_(std::move(options)) {}

  absl::Status Shake(Cancellation* cancellation);

  const Address address_;
  RemoteOptions options_;
  std::unique_ptr<env::v1::EnvService::StubInterface> stub_;
  core::v1::HandshakeResponse handshake_;
  EnvContract contract_;
  std::string edition_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_REMOTE_CONNECTION_H_
