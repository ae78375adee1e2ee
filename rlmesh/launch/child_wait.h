// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Waiting for a child that the user may tire of.

#ifndef RLMESH_LAUNCH_CHILD_WAIT_H_
#define RLMESH_LAUNCH_CHILD_WAIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/base/child_process.h"

namespace rlmesh {

// Waits for the end of `child`. When `cancel_fd` becomes readable (a signalfd;
// -1: never) or `timeout` has passed, stops the child with its group within two
// seconds and returns Cancelled or DeadlineExceeded.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(
//       ExitStatus exit, WaitOrCancel(*child, absl::Minutes(5), signals));
absl::StatusOr<ExitStatus> WaitOrCancel(ChildProcess& child,
                                        absl::Duration timeout, int cancel_fd);

// Waits `timeout` or until `cancel_fd` is readable, which it returns.
bool IsCancelledWithin(absl::Duration timeout, int cancel_fd);

// What every call that was cancelled returns.
absl::Status CancelledByUser();

// The last `count` lines of `text` that hold something.
std::string LastLines(absl::string_view text, int count);

}  // namespace rlmesh

#endif  // RLMESH_LAUNCH_CHILD_WAIT_H_
