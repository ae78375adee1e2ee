// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/sides/faults.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/error_details.h"

namespace rlmesh {

bool IsLost(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status) || absl::IsResourceExhausted(status);
}

bool MayComeBack(const absl::Status& status) {
  return IsLost(status) || absl::IsFailedPrecondition(status) ||
         absl::IsInternal(status);
}

absl::Duration DelayBefore(int64_t retry, const RetryOptions& options) {
  absl::Duration delay = options.first_delay;
  while (--retry > 0 && delay < options.longest_delay) delay *= 2;
  return std::min(delay, options.longest_delay);
}

absl::Status WithMessage(const absl::Status& status, absl::StatusCode code,
                         absl::string_view message) {
  absl::Status named(code, message);
  SetErrorDetails(GetErrorDetails(status), &named);
  return named;
}

}  // namespace rlmesh
