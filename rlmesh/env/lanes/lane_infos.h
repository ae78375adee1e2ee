// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The infos of several lanes in one map.

#ifndef RLMESH_ENV_LANES_LANE_INFOS_H_
#define RLMESH_ENV_LANES_LANE_INFOS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rlmesh {

// Makes `*infos` the serialized MetaMap of the infos of several lanes (wire
// spec 5.9): "final_info", the list of each row's map, and "_final_info", the
// list of which `ended`, of the same length. `rows` are serialized MetaMaps,
// embedded as they are: foreign bytes stay inside of their own row. Allocates
// only to make `*infos` longer than it ever was.
//
// Example:
//   EncodeLaneInfos(rows, terminated_or_truncated, &infos_);
void EncodeLaneInfos(absl::Span<const absl::string_view> rows,
                     absl::Span<const uint8_t> ended, std::string* infos);

}  // namespace rlmesh

#endif  // RLMESH_ENV_LANES_LANE_INFOS_H_
