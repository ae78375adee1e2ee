// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// absl::Status to the wire's ModelError and back.

#ifndef RLMESH_MODEL_MODEL_ERROR_H_
#define RLMESH_MODEL_MODEL_ERROR_H_

#include "absl/status/status.h"
#include "rlmesh/proto/model/v1/interaction.pb.h"

namespace rlmesh {

//   absl                            ModelErrorCode
//   InvalidArgument                 INVALID_REQUEST
//   FailedPrecondition              NOT_CONFIGURED
//   ResourceExhausted, Unavailable  BUSY
//   Unimplemented                   UNSUPPORTED
//   Cancelled                       CANCELLED
//   all others                      INTERNAL
//
// A stream goes on after any of them; is_recoverable is that of ErrorDetails. A
// traceback travels as debug_info.
//
// Example:
//   *response->mutable_error() = ToModelError(status);
model::v1::ModelError ToModelError(const absl::Status& status);

// Always an error, "model error: ...". BUSY comes back as ResourceExhausted,
// CLOSED as FailedPrecondition, what nobody knows as Internal. Texts of the
// peer are kept as they are, up to 64 KiB each.
absl::Status FromModelError(const model::v1::ModelError& error);

}  // namespace rlmesh

#endif  // RLMESH_MODEL_MODEL_ERROR_H_
