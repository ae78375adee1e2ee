// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Where the messages of gRPC and protobuf go.

#ifndef RLMESH_TRANSPORT_GRPC_LOGGING_H_
#define RLMESH_TRANSPORT_GRPC_LOGGING_H_

namespace rlmesh {

// From the first call on, gRPC and protobuf log through VLOG(1) and no longer
// to standard error: what matters of it comes back as a status, and what a peer
// sends must not fill our log. Channels and servers of this folder call it.
// Thread-safe.
void RouteGrpcLogs();

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_GRPC_LOGGING_H_
