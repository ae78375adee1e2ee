// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/route_memory.h"

#include "absl/strings/str_cat.h"
#include "rlmesh/base/little_endian.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

constexpr uint64_t kLine = 64;  // no two leaves share one
constexpr uint64_t kMaxBytes = wire::kMaxMessageBytes;

bool IsVariable(const LeafSpec& leaf) {
  return leaf.kind == LeafSpec::Kind::kText;
}

uint64_t RoundUp(uint64_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

// Bytes of all leaves of `count` lanes with their lines, or an error.
absl::StatusOr<uint64_t> BytesOf(const SpaceSpec& space, uint64_t count,
                                 absl::string_view what) {
  if (space.lane_bytes() > kMaxBytes / count) {
    return absl::ResourceExhaustedError(
        absl::StrCat(what, " of ", space.lane_bytes(), " bytes, ", count,
                     " times, are larger than a message may be"));
  }
  return space.lane_bytes() * count + kLine * space.leaves().size();
}

}  // namespace

absl::StatusOr<uint64_t> RouteMemory::SizeOf(const SpaceSpec& observation,
                                             const SpaceSpec& action, int rows,
                                             int frames) {
  RLMESH_ASSIGN_OR_RETURN(const uint64_t in,
                          BytesOf(observation, rows, "observations"));
  RLMESH_ASSIGN_OR_RETURN(
      const uint64_t out,
      BytesOf(action, static_cast<uint64_t>(rows) * frames, "actions"));
  return in + out + kLine;
}

absl::StatusOr<RouteMemory> RouteMemory::Create(const SpaceSpec& observation,
                                                const SpaceSpec& action,
                                                int rows, int frames) {
  RLMESH_ASSIGN_OR_RETURN(const uint64_t most,
                          SizeOf(observation, action, rows, frames));
  RouteMemory memory;
  memory.rows_ = rows;
  memory.frames_ = frames;
  uint64_t end = 0;
  for (const LeafSpec& leaf : observation.leaves()) {
    memory.observation_.push_back(IsVariable(leaf) ? SlotLayout::kVariable
                                                   : end);
    end = RoundUp(end + leaf.lane_bytes * rows);
  }
  for (const LeafSpec& leaf : action.leaves()) {
    memory.action_.push_back(IsVariable(leaf) ? SlotLayout::kVariable : end);
    memory.action_bytes_.push_back(leaf.lane_bytes * rows);
    end = RoundUp(end + leaf.lane_bytes * rows * frames);
  }
  RLMESH_ASSIGN_OR_RETURN(memory.slots_, SharedSlots::Create(end + kLine));
  if (memory.size() > most) return absl::InternalError("a route's layout");
  return memory;
}

std::string RouteMemory::EncodeOpen(uint32_t route, bool keep,
                                    const std::string& observation_spec,
                                    const std::string& action_spec) const {
  std::vector<uint64_t> numbers = {route,
                                   keep,
                                   static_cast<uint64_t>(rows_),
                                   static_cast<uint64_t>(frames_),
                                   size(),
                                   observation_.size(),
                                   action_.size(),
                                   observation_spec.size()};
  numbers.insert(numbers.end(), observation_.begin(), observation_.end());
  numbers.insert(numbers.end(), action_.begin(), action_.end());
  std::string payload(8 * numbers.size(), '\0');
  for (size_t i = 0; i < numbers.size(); ++i) {
    StoreLittleEndian<uint64_t>(numbers[i], &payload[8 * i]);
  }
  absl::StrAppend(&payload, observation_spec, action_spec);
  return payload;
}

}  // namespace rlmesh
