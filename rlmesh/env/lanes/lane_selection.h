// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which lanes a call is about.

#ifndef RLMESH_ENV_LANES_LANE_SELECTION_H_
#define RLMESH_ENV_LANES_LANE_SELECTION_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rlmesh {

// The lanes of a request in the order of its rows, and which of them belong to
// which group of lanes (a group: lanes that follow each other, all in one
// worker or one environment). Reused from call to call without allocation. Not
// thread-safe.
//
// Example:
//   LaneSelection selection({0, 2, 4});  // lanes 0, 1 and lanes 2, 3
//   RLMESH_RETURN_IF_ERROR(selection.Select("subset step", {3}));
//   selection.rows(1);  // {0}: row 0 of the request is in group 1
class LaneSelection {
 public:
  // `bounds`: the first lane of each group, then the number of lanes.
  explicit LaneSelection(std::vector<uint32_t> bounds);

  // Selects `lanes`; empty: all. InvalidArgument, recoverable, for a lane that
  // does not exist or is named twice; `what` begins the message.
  absl::Status Select(absl::string_view what, absl::Span<const uint32_t> lanes);

  size_t size() const { return lanes_.size(); }
  uint32_t lane(size_t row) const { return lanes_[row]; }
  absl::Span<const uint32_t> lanes() const { return lanes_; }

  // Whether row after row is lane after lane: memory with the rows of all lanes
  // then has the answer as it is.
  bool is_run() const { return is_run_; }
  // Whether it is every lane, in order.
  bool is_all() const { return is_run_ && lanes_.size() == bounds_.back(); }

  size_t groups() const { return rows_.size(); }
  uint32_t first_lane(size_t group) const { return bounds_[group]; }
  uint32_t group_lanes(size_t group) const {
    return bounds_[group + 1] - bounds_[group];
  }
  // The rows of a group, ascending.
  absl::Span<const uint32_t> rows(size_t group) const { return rows_[group]; }
  // Whether they are all lanes of the group, in order.
  bool is_whole(size_t group) const;

 private:
  const std::vector<uint32_t> bounds_;
  std::vector<uint32_t> group_of_;  // by lane
  std::vector<uint32_t> lanes_;
  std::vector<std::vector<uint32_t>> rows_;  // by group
  std::vector<uint8_t> seen_;                // by lane
  bool is_run_ = true;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_LANES_LANE_SELECTION_H_
