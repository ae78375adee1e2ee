// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// SHA-256, for names that follow from contents.

#ifndef RLMESH_BASE_SHA256_H_
#define RLMESH_BASE_SHA256_H_

#include <string>

#include "absl/strings/string_view.h"

namespace rlmesh {

// The digest of `bytes` as 64 lower-case hex digits. Thread-safe.
// Example:
//   std::string key = Sha256Hex(canonical).substr(0, 12);
std::string Sha256Hex(absl::string_view bytes);

}  // namespace rlmesh

#endif  // RLMESH_BASE_SHA256_H_
