// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// absl::Status to the wire's EnvError and back.

#ifndef RLMESH_ENV_SESSION_ENV_ERROR_H_
#define RLMESH_ENV_SESSION_ENV_ERROR_H_

#include "absl/status/status.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"

namespace rlmesh {

//   absl                  EnvErrorCode     stream goes on
//   InvalidArgument       INVALID_ACTION   yes
//   FailedPrecondition    NOT_READY        yes
//   Unimplemented         UNSUPPORTED      yes
//   DeadlineExceeded      TIMEOUT          yes
//   Cancelled             CANCELLED        yes
//   ResourceExhausted     BUSY             yes
//   Unavailable           CRASHED          with ErrorDetails::recoverable
//   all others            INTERNAL         with ErrorDetails::recoverable
//
// A traceback travels as debug_info. Codes go back along the same rows; CLOSED
// and what nobody knows come back as FailedPrecondition and Internal.
//
// Example:
//   *response->mutable_error() = ToEnvError(status);
env::v1::EnvError ToEnvError(const absl::Status& status);

// Always an error. The exception's type is read from the traceback's last
// entry. Texts of the peer are kept as they are, up to 64 KiB each.
absl::Status FromEnvError(const env::v1::EnvError& error);

}  // namespace rlmesh

#endif  // RLMESH_ENV_SESSION_ENV_ERROR_H_
