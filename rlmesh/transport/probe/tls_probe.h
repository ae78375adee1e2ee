// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Finds out why a connection with TLS did not come about.

#ifndef RLMESH_TRANSPORT_PROBE_TLS_PROBE_H_
#define RLMESH_TRANSPORT_PROBE_TLS_PROBE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/credentials/client_security.h"

namespace rlmesh {

// Makes a connection of its own and goes through TLS as gRPC would, which knows
// that it failed but hardly why. OK when the peer answers in HTTP/2 over TLS.
// Otherwise what is wrong and what helps:
//   FailedPrecondition  no TLS there; a certificate that has expired, that
//                       comes from another authority, or has another name
//   Unauthenticated     the peer wants a certificate of ours, or refuses the
//                       one it got
//   Unavailable, DeadlineExceeded  as ProbePeer
// `address` is literal. Blocks until `deadline`. The peer is not trusted: a
// certificate is checked before ours is shown, names from it are escaped.
absl::Status ProbeTls(const Address& address, const ClientTls& tls,
                      absl::Time deadline);

// The error for a client with TLS at a server without.
absl::Status NoTlsAt(const Address& address);

// Whether a peer at the literal `address` answers a ClientHello in TLS. False
// at `deadline`.
bool SpeaksTls(const Address& address, absl::Time deadline);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_PROBE_TLS_PROBE_H_
