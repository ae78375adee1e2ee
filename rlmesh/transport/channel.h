// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Client connections.

#ifndef RLMESH_TRANSPORT_CHANNEL_H_
#define RLMESH_TRANSPORT_CHANNEL_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/channel_arguments.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/credentials/client_security.h"

namespace rlmesh {

struct ConnectOptions {
  // From the start to the first sign of HTTP/2 from the other side. More than
  // zero.
  absl::Duration timeout = absl::Seconds(10);
  // Whether to go on trying, until `timeout`, while nothing listens. Default:
  // a refused connection fails at once.
  bool wait_for_server = false;
  // Whom to trust, and who we are. Default: plain text, nobody.
  ClientSecurity security = ClientSecurity();

  absl::Status Validate() const;
};

// What our channels ask of gRPC, each with its reason:
//   messages up to 256 MiB, no compression      the wire demands both
//   a ping after 30 s of silence, 10 s for the  a dead host is noticed, also
//     answer, also without a call                 while a policy thinks
//   authority "localhost" on a Unix socket      the published server resets
//                                                 streams with another one
//   no HTTP proxy from the environment          sessions are not web traffic
//   connections of its own                      one client's back-off is not
//                                                 another's
grpc::ChannelArguments MakeChannelArguments(const Address& address);

// Connects and waits until the peer has answered in HTTP/2. Blocks up to
// `options.timeout`. Errors name the address and what was found there:
//   Unavailable         nothing listens, or what listens hangs up, or the
//                       host's name does not resolve: retry
//   FailedPrecondition  something else listens: HTTP/1, another protocol, TLS
//                       where we have none or the other way round; or the
//                       server's certificate is not to be trusted
//   Unauthenticated     the server will not have our certificate, or wants one
//   DeadlineExceeded    it accepts connections and says nothing
//   Cancelled           `cancellation` says so (null: never); it is looked at
//                       every 50 ms, and the search for a reason is not broken
//                       off, which takes a second at most
// The token is not sent: whoever makes calls adds it (Token::AddTo).
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto channel, ConnectChannel(address, {}));
//   auto stub = env::v1::EnvService::NewStub(channel);
absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectChannel(
    const Address& address, const ConnectOptions& options,
    Cancellation* cancellation = nullptr);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_CHANNEL_H_
