// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// gRPC as a part of our processes.

#ifndef RLMESH_TRANSPORT_GRPC_RUNTIME_H_
#define RLMESH_TRANSPORT_GRPC_RUNTIME_H_

namespace rlmesh {

// From the first call on:
// - gRPC and protobuf log through VLOG(1) and no longer to standard error. What
//   matters of it comes back as a status, and what a peer sends must not fill
//   our log. The reason of an abort goes to LOG(ERROR).
// - gRPC stays initialized until the process ends. When its last object went,
//   it would wait for threads of its own, one of which may sleep in a poll for
//   ten seconds: a server that was told to stop would seem to hang.
// - Idle clients answer their servers' pings in time, a hundred of them in one
//   process: the first call sets an environment variable that gRPC reads, where
//   the user has not.
// Channels and servers of this folder call it. Thread-safe.
void PrepareGrpc();

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_GRPC_RUNTIME_H_
