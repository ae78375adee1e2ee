// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// absl::Status to grpc::Status and back: the one place for both directions.

#ifndef RLMESH_TRANSPORT_GRPC_STATUS_H_
#define RLMESH_TRANSPORT_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace rlmesh {

// Codes are the same numbers. ErrorDetails travel as the status's binary
// details (a serialized MetaMap). Trailers are limited to some 8 KB by most
// peers, so a message above 1500 bytes loses its middle and a traceback above
// 1000 its beginning. For what ends a call; errors that leave a stream open are
// messages of their own.
//
// Example:
//   reactor->Finish(ToGrpcStatus(status));
grpc::Status ToGrpcStatus(const absl::Status& status);

// Details of another origin are ignored.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_GRPC_STATUS_H_
