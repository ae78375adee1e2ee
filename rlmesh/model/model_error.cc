// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/model_error.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/foreign_text.h"

namespace rlmesh {
namespace {

constexpr size_t kMaxText = 65536;

struct Row {
  absl::StatusCode status;
  model::v1::ModelErrorCode code;
};

// The first row of a code is its way back.
constexpr Row kRows[] = {
    {absl::StatusCode::kInvalidArgument,
     model::v1::MODEL_ERROR_CODE_INVALID_REQUEST},
    {absl::StatusCode::kFailedPrecondition,
     model::v1::MODEL_ERROR_CODE_NOT_CONFIGURED},
    {absl::StatusCode::kResourceExhausted, model::v1::MODEL_ERROR_CODE_BUSY},
    {absl::StatusCode::kUnavailable, model::v1::MODEL_ERROR_CODE_BUSY},
    {absl::StatusCode::kUnimplemented, model::v1::MODEL_ERROR_CODE_UNSUPPORTED},
    {absl::StatusCode::kCancelled, model::v1::MODEL_ERROR_CODE_CANCELLED},
    {absl::StatusCode::kInternal, model::v1::MODEL_ERROR_CODE_INTERNAL},
};

}  // namespace

model::v1::ModelError ToModelError(const absl::Status& status) {
  const ErrorDetails details = GetErrorDetails(status);
  model::v1::ModelError error;
  error.set_code(model::v1::MODEL_ERROR_CODE_INTERNAL);
  for (const Row& row : kRows) {
    if (row.status == status.code()) error.set_code(row.code);
  }
  error.set_is_recoverable(details.recoverable);
  error.set_message(ToValidUtf8(status.message()));
  error.set_debug_info(ToValidUtf8(details.traceback));
  return error;
}

absl::Status FromModelError(const model::v1::ModelError& error) {
  absl::StatusCode code = absl::StatusCode::kInternal;
  if (error.code() == model::v1::MODEL_ERROR_CODE_CLOSED) {
    code = absl::StatusCode::kFailedPrecondition;
  }
  for (const Row& row : kRows) {
    if (row.code != error.code()) continue;
    code = row.status;
    break;
  }
  const absl::string_view message = error.message();
  absl::Status status(
      code, absl::StrCat("model error: ", message.empty()
                                              ? "the model gave no reason"
                                              : message.substr(0, kMaxText)));
  ErrorDetails details;
  const std::string& traceback = error.debug_info();
  details.traceback = traceback.size() <= kMaxText
                          ? traceback
                          : traceback.substr(traceback.size() - kMaxText);
  details.exception_type = PythonExceptionType(details.traceback);
  details.recoverable = error.is_recoverable();
  SetErrorDetails(details, &status);
  return status;
}

}  // namespace rlmesh
