// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What an error carries beside its code and message.
//
// Errors cross four borders (Python, worker channel, wire, our callers). Code
// and message cross all of them; these details cross as payloads, so that
// nobody ever has to read them out of a message.
//
// Example:
//   absl::Status s = absl::InternalError("step failed: RuntimeError: boom");
//   SetErrorDetails({.exception_type = "RuntimeError", .traceback = tb}, &s);
//   ...
//   if (GetErrorDetails(s).recoverable) { /* reset and go on */ }

#ifndef RLMESH_BASE_ERROR_DETAILS_H_
#define RLMESH_BASE_ERROR_DETAILS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

struct ErrorDetails {
  // Class of a Python exception, "ValueError" or "package.Error"; empty: none.
  std::string exception_type;
  // Python traceback, or the tail of a process's standard error; may be long.
  std::string traceback;
  // Whether the session can go on (after a Reset) although this call failed.
  bool recoverable = false;
};

// Attaches `details` to `status`, replacing earlier ones. No effect on OK.
void SetErrorDetails(const ErrorDetails& details, absl::Status* status);

// The details attached to `status`; defaults when there are none.
ErrorDetails GetErrorDetails(const absl::Status& status);

// `status` with ": " and `detail` after its message, code and payloads kept.
// OK stays OK. Each layer adds the one value that only it knows.
absl::Status Annotate(const absl::Status& status, absl::string_view detail);

}  // namespace rlmesh

#endif  // RLMESH_BASE_ERROR_DETAILS_H_
