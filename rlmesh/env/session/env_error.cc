// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/env_error.h"

#include <string>

#include "absl/strings/string_view.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/foreign_text.h"

namespace rlmesh {
namespace {

constexpr size_t kMaxText = 65536;

struct Row {
  absl::StatusCode status;
  env::v1::EnvErrorCode code;
  bool always_recoverable;
};

constexpr Row kRows[] = {
    {absl::StatusCode::kInvalidArgument, env::v1::ENV_ERROR_CODE_INVALID_ACTION,
     true},
    {absl::StatusCode::kFailedPrecondition, env::v1::ENV_ERROR_CODE_NOT_READY,
     true},
    {absl::StatusCode::kUnimplemented, env::v1::ENV_ERROR_CODE_UNSUPPORTED,
     true},
    {absl::StatusCode::kDeadlineExceeded, env::v1::ENV_ERROR_CODE_TIMEOUT,
     true},
    {absl::StatusCode::kCancelled, env::v1::ENV_ERROR_CODE_CANCELLED, true},
    {absl::StatusCode::kResourceExhausted, env::v1::ENV_ERROR_CODE_BUSY, true},
    {absl::StatusCode::kUnavailable, env::v1::ENV_ERROR_CODE_CRASHED, false},
    {absl::StatusCode::kInternal, env::v1::ENV_ERROR_CODE_INTERNAL, false},
};

}  // namespace

env::v1::EnvError ToEnvError(const absl::Status& status) {
  const ErrorDetails details = GetErrorDetails(status);
  env::v1::EnvError error;
  error.set_code(env::v1::ENV_ERROR_CODE_INTERNAL);
  error.set_is_recoverable(details.recoverable);
  for (const Row& row : kRows) {
    if (row.status != status.code()) continue;
    error.set_code(row.code);
    if (row.always_recoverable) error.set_is_recoverable(true);
  }
  // Text fields must be UTF-8; what user code raised may be anything.
  error.set_message(ToValidUtf8(status.message()));
  error.set_debug_info(ToValidUtf8(details.traceback));
  return error;
}

absl::Status FromEnvError(const env::v1::EnvError& error) {
  absl::StatusCode code = absl::StatusCode::kInternal;
  if (error.code() == env::v1::ENV_ERROR_CODE_CLOSED) {
    code = absl::StatusCode::kFailedPrecondition;
  }
  for (const Row& row : kRows) {
    if (row.code == error.code()) code = row.status;
  }
  absl::Status status(
      code, error.message().empty()
                ? absl::string_view("the environment gave no reason")
                : absl::string_view(error.message()).substr(0, kMaxText));
  ErrorDetails details;
  const std::string& traceback = error.debug_info();
  details.traceback = traceback.size() <= kMaxText
                          ? traceback
                          : traceback.substr(traceback.size() - kMaxText);
  details.exception_type = PythonExceptionType(traceback);
  details.recoverable = error.is_recoverable();
  SetErrorDetails(details, &status);
  return status;
}

}  // namespace rlmesh
