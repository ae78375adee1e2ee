// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python/python_environment_options.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace rlmesh {

absl::Status PythonEnvironmentOptions::Validate() const {
  if (gym.empty() == entrypoint.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("gym is \"", gym, "\" and entrypoint is \"", entrypoint,
                     "\"; exactly one of the two says what to run"));
  }
  if (num_envs < 0 || num_envs > kMaxLanes) {
    return absl::InvalidArgumentError(
        absl::StrCat("num_envs is ", num_envs, "; it must be 1 to ", kMaxLanes,
                     ", or 0 for what the environment has"));
  }
  if (processes < 1 || processes > (num_envs == 0 ? 1 : num_envs)) {
    return absl::InvalidArgumentError(
        absl::StrCat("processes is ", processes, "; it must be 1 to num_envs (",
                     num_envs, "), for each has a lane at least"));
  }
  if (autoreset == AutoresetMode::kSameStep) {
    return absl::InvalidArgumentError(
        "autoreset is SAME_STEP, which is reserved; it must be DISABLED or "
        "NEXT_STEP");
  }
  const std::pair<const char*, absl::Duration> timeouts[] = {
      {"setup_timeout", setup_timeout},
      {"reset_timeout", reset_timeout},
      {"step_timeout", step_timeout},
      {"close_timeout", close_timeout}};
  for (const auto& timeout : timeouts) {
    if (timeout.second <= absl::ZeroDuration()) {
      return absl::InvalidArgumentError(absl::StrCat(
          timeout.first, " is ", absl::FormatDuration(timeout.second),
          "; it must be positive"));
    }
  }
  return absl::OkStatus();
}

}  // namespace rlmesh
