// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/request_checks.h"

#include "absl/strings/str_cat.h"

namespace rlmesh {

absl::Status CheckEpisodeIds(
    absl::string_view operation,
    const google::protobuf::RepeatedPtrField<std::string>& ids,
    const google::protobuf::RepeatedField<uint32_t>& lanes) {
  for (int i = 0; i < ids.size(); ++i) {
    if (ids[i].size() <= kMaxEpisodeId) continue;
    const uint32_t lane = i < lanes.size() ? lanes[i] : i;
    return absl::InvalidArgumentError(absl::StrCat(
        operation, ": the episode id of lane ", lane, " has ", ids[i].size(),
        " bytes; at most ", kMaxEpisodeId, " are allowed"));
  }
  return absl::OkStatus();
}

absl::Status CheckSeeds(absl::Span<const int64_t> seeds,
                        absl::Span<const uint32_t> lanes) {
  for (size_t i = 0; i < seeds.size(); ++i) {
    if (seeds[i] >= 0) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "reset: seed ", seeds[i], " of lane ", lanes.empty() ? i : lanes[i],
        " is negative; use one from 0 to 9223372036854775807, or none"));
  }
  return absl::OkStatus();
}

}  // namespace rlmesh
