// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What may be handed to gRPC for sending.

#ifndef RLMESH_TRANSPORT_MESSAGE_LIMIT_H_
#define RLMESH_TRANSPORT_MESSAGE_LIMIT_H_

#include "google/protobuf/message_lite.h"

namespace rlmesh {

// Whether `message` encodes to no more than wire::kMaxMessageBytes. Ask before
// every message whose size somebody else decides: the receiver refuses a larger
// one and ends the call, and one over 2 GiB ends the process that encodes it.
//
// Thread-safe; costs a walk over the message, not a copy of its bytes.
//
// Example:
//   if (!FitsMessage(response)) *response.mutable_error() = TooLarge();
//   StartWrite(&response);
bool FitsMessage(const google::protobuf::MessageLite& message);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_MESSAGE_LIMIT_H_
