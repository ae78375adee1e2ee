// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/env_error.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/utf8.h"

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

// `text` with U+FFFD in place of each byte that is not UTF-8.
std::string ToValidUtf8(absl::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  char32_t code_point;
  while (!text.empty()) {
    if (ConsumeUtf8(&text, &code_point)) {
      AppendUtf8(code_point, &valid);
    } else {
      AppendUtf8(0xfffd, &valid);
      text.remove_prefix(1);
    }
  }
  return valid;
}

// "ValueError" of a Python traceback: what stands before the colon in the first
// line that is not indented after the last frame.
std::string ExceptionType(absl::string_view traceback) {
  if (!absl::StartsWith(traceback, "Traceback (most recent call last)")) {
    return "";
  }
  std::string type;
  bool after_frame = false;
  for (const absl::string_view line : absl::StrSplit(traceback, '\n')) {
    if (absl::StartsWith(line, "  ")) {
      after_frame = true;
    } else if (after_frame && !line.empty()) {
      type = std::string(line.substr(0, line.find(':')));
      after_frame = false;
    }
  }
  return type;
}

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
  details.exception_type = ExceptionType(traceback);
  details.recoverable = error.is_recoverable();
  SetErrorDetails(details, &status);
  return status;
}

}  // namespace rlmesh
