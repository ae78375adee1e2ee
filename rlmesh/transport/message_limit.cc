// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/message_limit.h"

#include <cstddef>

#include "rlmesh/transport/wire.h"

namespace rlmesh {

bool FitsMessage(const google::protobuf::MessageLite& message) {
  return message.ByteSizeLong() <= size_t{wire::kMaxMessageBytes};
}

}  // namespace rlmesh
