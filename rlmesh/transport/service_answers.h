// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What both services answer alike: Handshake and Shutdown.

#ifndef RLMESH_TRANSPORT_SERVICE_ANSWERS_H_
#define RLMESH_TRANSPORT_SERVICE_ANSWERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/support/byte_buffer.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/proto/core/v1/handshake.pb.h"
#include "rlmesh/transport/handshake.h"

namespace rlmesh {

// Parses the bytes of a handshake, which arrive raw so that those of other
// generations can be told: UnreadableHandshake.
absl::Status ParseHandshake(const grpc::ByteBuffer& bytes,
                            google::protobuf::MessageLite* request);

grpc::ByteBuffer ToByteBuffer(const google::protobuf::MessageLite& message);

// The answer to the bytes of a `Request`, a service's wrapper of the common
// message; the service adds its own part when base().compatible().
template <class Request, class Response>
absl::StatusOr<Response> AnswerRawHandshake(const grpc::ByteBuffer& bytes,
                                            const Introduction& self) {
  Request asked;
  RLMESH_RETURN_IF_ERROR(ParseHandshake(bytes, &asked));
  if (!asked.has_base()) {
    return absl::InvalidArgumentError("handshake request missing base");
  }
  Response answer;
  AnswerHandshake(asked.base(), self, answer.mutable_base());
  return answer;
}

// Fills the answer to a Shutdown in the published words. `asked` is null when
// the request lacks it, `endpoint` "environment" or "model". The caller stops
// the server when it is `allowed` and this is OK.
absl::Status AnswerShutdown(const core::v1::ShutdownRequest* asked,
                            bool allowed, absl::string_view endpoint,
                            core::v1::ShutdownResponse* answer);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_SERVICE_ANSWERS_H_
