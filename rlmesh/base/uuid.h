// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Identifiers that nobody else has.

#ifndef RLMESH_BASE_UUID_H_
#define RLMESH_BASE_UUID_H_

#include <string>

#include "absl/time/time.h"

namespace rlmesh {

// A version 7 UUID (RFC 9562) of the moment `now`, in its canonical 36
// characters: ids made later sort later, to the millisecond; 74 bits come from
// the kernel, so that they differ across processes and forks. Thread-safe; one
// system call.
//
// Example:
//   episode_id = NewUuid7(absl::Now());  // "018f3c2a-9d1e-7b30-8a51-..."
std::string NewUuid7(absl::Time now);

}  // namespace rlmesh

#endif  // RLMESH_BASE_UUID_H_
