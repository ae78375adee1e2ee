// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Makes sure that a server can listen before it tries.

#ifndef RLMESH_TRANSPORT_BIND_PROBE_H_
#define RLMESH_TRANSPORT_BIND_PROBE_H_

#include "absl/status/status.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

// Says why nobody could listen on `address`, and what to do:
//   AlreadyExists       a live server is there; for TCP the next free port is
//                       proposed
//   NotFound            the folder of a socket does not exist
//   PermissionDenied    ports below 1024, folders of others
//   FailedPrecondition  a file that is no socket is in the way
// A socket file that nobody listens on (its server was killed) is removed: this
// is the only thing it changes. Blocks for a few system calls. gRPC itself
// would take the file of a living server away, and says little when it fails.
//
// Example:
//   RLMESH_RETURN_IF_ERROR(ProbeBind(address));
absl::Status ProbeBind(const Address& address);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_BIND_PROBE_H_
