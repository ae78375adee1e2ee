// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/grpc_status.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"

namespace rlmesh {
namespace {

constexpr size_t kMaxMessage = 1500;
constexpr size_t kMaxTraceback = 1000;

constexpr char kType[] = "exception_type";
constexpr char kTraceback[] = "traceback";
constexpr char kRecoverable[] = "recoverable";

std::string ShortMessage(absl::string_view text) {
  if (text.size() <= kMaxMessage) return std::string(text);
  return absl::StrCat(text.substr(0, kMaxMessage / 2), " ... ",
                      text.substr(text.size() - kMaxMessage / 2));
}

std::string Tail(absl::string_view text, size_t size) {
  return std::string(text.size() <= size ? text
                                         : text.substr(text.size() - size));
}

std::string Serialize(const ErrorDetails& details) {
  spaces::v1::MetaMap map;
  auto& entries = *map.mutable_entries();
  if (!details.exception_type.empty()) {
    entries[kType].set_bytes(Tail(details.exception_type, 200));
  }
  if (!details.traceback.empty()) {
    entries[kTraceback].set_bytes(Tail(details.traceback, kMaxTraceback));
  }
  if (details.recoverable) entries[kRecoverable].set_bool_(true);
  return map.SerializeAsString();
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      ShortMessage(status.message()),
                      Serialize(GetErrorDetails(status)));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
  spaces::v1::MetaMap map;
  if (!map.ParseFromString(status.error_details())) return result;
  ErrorDetails details;
  for (const auto& [key, value] : map.entries()) {
    if (key == kType) details.exception_type = value.bytes();
    if (key == kTraceback) details.traceback = value.bytes();
    if (key == kRecoverable) details.recoverable = value.bool_();
  }
  SetErrorDetails(details, &result);
  return result;
}

}  // namespace rlmesh
