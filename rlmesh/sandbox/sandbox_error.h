// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The kinds of error a sandbox can end in.

#ifndef RLMESH_SANDBOX_SANDBOX_ERROR_H_
#define RLMESH_SANDBOX_SANDBOX_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace rlmesh {

// New kinds may come: callers need a default branch.
enum class SandboxErrorKind {
  kInvalidSource,  // the text names no source
  kInvalidOption,  // an option's value cannot be used
};

// An error whose message starts with the kind's fixed prefix ("invalid sandbox
// source: ") and which carries the kind as a payload, so that nobody has to
// read it out of the text. Thread-safe, as are all functions here.
//
// Example:
//   return SandboxError(SandboxErrorKind::kInvalidSource,
//                       absl::StatusCode::kInvalidArgument, "must not be
//                       empty");
absl::Status SandboxError(SandboxErrorKind kind, absl::StatusCode code,
                          absl::string_view message);

// The kind `status` carries; nullopt for OK and for errors of other origin.
absl::optional<SandboxErrorKind> GetSandboxErrorKind(
    const absl::Status& status);

}  // namespace rlmesh

#endif  // RLMESH_SANDBOX_SANDBOX_ERROR_H_
