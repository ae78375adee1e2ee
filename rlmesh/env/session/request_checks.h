// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a client may put in a request for an environment.

#ifndef RLMESH_ENV_SESSION_REQUEST_CHECKS_H_
#define RLMESH_ENV_SESSION_REQUEST_CHECKS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/repeated_field.h"

namespace rlmesh {

// Bytes of the longest id of an episode.
inline constexpr size_t kMaxEpisodeId = 256;

// Ids are kept and sent back, many in one message: no client may make them
// long. InvalidArgument names the lane.
absl::Status CheckEpisodeIds(
    absl::string_view operation,
    const google::protobuf::RepeatedPtrField<std::string>& ids,
    const google::protobuf::RepeatedField<uint32_t>& lanes);

// InvalidArgument for a negative seed, with its lane: Gymnasium takes seeds of
// 0 and more.
absl::Status CheckSeeds(absl::Span<const int64_t> seeds,
                        absl::Span<const uint32_t> lanes);

}  // namespace rlmesh

#endif  // RLMESH_ENV_SESSION_REQUEST_CHECKS_H_
