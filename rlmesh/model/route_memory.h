// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The memory that a route of a served policy shares with its worker.

#ifndef RLMESH_MODEL_ROUTE_MEMORY_H_
#define RLMESH_MODEL_ROUTE_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/worker/slots.h"

namespace rlmesh {

// Places for the leaves of one observation of `rows` rows and of `frames`
// actions of as many. A leaf of an observation is its rows one after the other;
// a leaf of the actions is its frames, each with room for `rows` rows. Texts
// have no place: they travel in frames of the channel.
//
// The worker can write anything at any time: what is read from it is copied
// first and checked then. Movable; its views move with it.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(
//       RouteMemory memory,
//       RouteMemory::Create(observation_space, action_space, 1, 1));
//   std::memcpy(memory.observation(0), leaf.data(), leaf.size());
class RouteMemory {
 public:
  // No memory, no rows.
  RouteMemory() = default;

  // Bytes that Create would take. No overflow: each factor is bounded by what a
  // message holds. ResourceExhausted when it is more than messages hold.
  static absl::StatusOr<uint64_t> SizeOf(const SpaceSpec& observation,
                                         const SpaceSpec& action, int rows,
                                         int frames);
  // Reserves and seals the memory.
  static absl::StatusOr<RouteMemory> Create(const SpaceSpec& observation,
                                            const SpaceSpec& action, int rows,
                                            int frames);

  int rows() const { return rows_; }
  int frames() const { return frames_; }
  uint64_t size() const { return slots_.size(); }
  int fd() const { return slots_.fd(); }
  // Once the worker has it: routes are many, descriptors few.
  void CloseFd() { slots_.CloseFd(); }

  // Where leaf `leaf` begins; not for Texts.
  char* observation(size_t leaf) const {
    return slots_.data() + observation_[leaf];
  }
  const char* action(size_t leaf, int frame) const {
    return slots_.data() + action_[leaf] + action_bytes_[leaf] * frame;
  }

  // The payload of kOpenRoute. `keep`: the route is open, its episodes stay.
  std::string EncodeOpen(uint32_t route, bool keep,
                         const std::string& observation_spec,
                         const std::string& action_spec) const;

 private:
  SharedSlots slots_;
  int rows_ = 0;
  int frames_ = 0;
  // Offsets; kVariable for a Text.
  std::vector<uint64_t> observation_;
  std::vector<uint64_t> action_;
  std::vector<uint64_t> action_bytes_;  // from frame to frame
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_ROUTE_MEMORY_H_
