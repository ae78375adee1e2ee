// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What faults of environments and models mean for a run.

#ifndef RLMESH_DRIVER_SIDES_FAULTS_H_
#define RLMESH_DRIVER_SIDES_FAULTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/driver/run_options.h"

namespace rlmesh {

// Whether it is a fault of a connection: whoever is at the other end may need a
// moment.
bool IsLost(const absl::Status& status);

// Whether another try may find what this one did not: also a server that was
// killed while it started.
bool MayComeBack(const absl::Status& status);

// How long to wait before retry number `retry`, from 1.
absl::Duration DelayBefore(int64_t retry, const RetryOptions& options);

// `status` with another code and message; its details stay.
absl::Status WithMessage(const absl::Status& status, absl::StatusCode code,
                         absl::string_view message);

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_SIDES_FAULTS_H_
