// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/service_answers.h"

#include "absl/strings/str_cat.h"

namespace rlmesh {

absl::Status ParseHandshake(const grpc::ByteBuffer& bytes,
                            google::protobuf::MessageLite* request) {
  grpc::Slice slice;
  if (!bytes.DumpToSingleSlice(&slice).ok()) return UnreadableHandshake("");
  if (request->ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return absl::OkStatus();
  }
  return UnreadableHandshake(absl::string_view(
      reinterpret_cast<const char*>(slice.begin()), slice.size()));
}

grpc::ByteBuffer ToByteBuffer(const google::protobuf::MessageLite& message) {
  const grpc::Slice bytes(message.SerializeAsString());
  return grpc::ByteBuffer(&bytes, 1);
}

absl::Status AnswerShutdown(const core::v1::ShutdownRequest* asked,
                            bool allowed, absl::string_view endpoint,
                            core::v1::ShutdownResponse* answer) {
  if (asked == nullptr) {
    return absl::InvalidArgumentError("shutdown request missing base");
  }
  answer->set_accepted(allowed);
  if (!allowed) {
    answer->set_message(absl::StrCat("remote shutdown is disabled for this ",
                                     endpoint, " endpoint"));
  } else if (asked->reason().empty()) {
    answer->set_message("shutdown accepted");
  } else {
    answer->set_message(absl::StrCat("shutdown accepted: ", asked->reason()));
  }
  return absl::OkStatus();
}

}  // namespace rlmesh
