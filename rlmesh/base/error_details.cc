// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/error_details.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace rlmesh {
namespace {

constexpr char kTypeUrl[] = "rlmesh/exception_type";
constexpr char kTracebackUrl[] = "rlmesh/traceback";
constexpr char kRecoverableUrl[] = "rlmesh/recoverable";

void Set(absl::string_view url, const std::string& value,
         absl::Status* status) {
  if (value.empty()) {
    status->ErasePayload(url);
  } else {
    status->SetPayload(url, absl::Cord(value));
  }
}

std::string Get(absl::string_view url, const absl::Status& status) {
  const auto payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace

void SetErrorDetails(const ErrorDetails& details, absl::Status* status) {
  if (status->ok()) return;
  Set(kTypeUrl, details.exception_type, status);
  Set(kTracebackUrl, details.traceback, status);
  Set(kRecoverableUrl, details.recoverable ? "1" : "", status);
}

ErrorDetails GetErrorDetails(const absl::Status& status) {
  ErrorDetails details;
  details.exception_type = Get(kTypeUrl, status);
  details.traceback = Get(kTracebackUrl, status);
  details.recoverable = status.GetPayload(kRecoverableUrl).has_value();
  return details;
}

absl::Status Annotate(const absl::Status& status, absl::string_view detail) {
  if (status.ok()) return status;
  absl::Status annotated(status.code(),
                         absl::StrCat(status.message(), ": ", detail));
  status.ForEachPayload(
      [&annotated](absl::string_view url, const absl::Cord& payload) {
        annotated.SetPayload(url, payload);
      });
  return annotated;
}

}  // namespace rlmesh
