// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Finds out why a connection did not come about.

#ifndef RLMESH_TRANSPORT_PROBE_PEER_PROBE_H_
#define RLMESH_TRANSPORT_PROBE_PEER_PROBE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/credentials/client_security.h"

namespace rlmesh {

// Connects to `address` by itself, says hello in HTTP/2 (over TLS where there
// is `tls`) and looks at the first bytes of the answer. OK means that a peer
// speaks HTTP/2 there (or that the host is a name, which is not resolved here);
// the errors are those of ConnectChannel. Blocks at most `timeout`. The peer is
// not trusted: at most 9 bytes of its answer are looked at.
absl::Status ProbePeer(const Address& address,
                       const absl::optional<ClientTls>& tls,
                       absl::Duration timeout);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_PROBE_PEER_PROBE_H_
