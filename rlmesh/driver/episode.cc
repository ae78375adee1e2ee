// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/episode.h"

namespace rlmesh {

absl::string_view NameOf(EpisodeEnd end) {
  switch (end) {
    case EpisodeEnd::kTerminated:
      return "terminated";
    case EpisodeEnd::kTruncated:
      return "truncated";
    case EpisodeEnd::kStepCap:
      return "step cap";
    case EpisodeEnd::kTimeCap:
      return "time cap";
  }
  return "unknown";
}

absl::optional<EpisodeEnd> EpisodeEndOf(absl::string_view name) {
  for (EpisodeEnd end : {EpisodeEnd::kTerminated, EpisodeEnd::kTruncated,
                         EpisodeEnd::kStepCap, EpisodeEnd::kTimeCap}) {
    if (name == NameOf(end)) return end;
  }
  return absl::nullopt;
}

}  // namespace rlmesh
