// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/lane_selection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/error_details.h"

namespace rlmesh {
namespace {

absl::Status Wrong(const std::string& message) {
  absl::Status status = absl::InvalidArgumentError(message);
  ErrorDetails details;
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

}  // namespace

LaneSelection::LaneSelection(std::vector<uint32_t> bounds)
    : bounds_(std::move(bounds)), rows_(bounds_.size() - 1) {
  for (uint32_t group = 0; group < rows_.size(); ++group) {
    group_of_.resize(bounds_[group + 1], group);
    rows_[group].reserve(group_lanes(group));
  }
  lanes_.reserve(bounds_.back());
  seen_.resize(bounds_.back());
}

absl::Status LaneSelection::Select(absl::string_view what,
                                   absl::Span<const uint32_t> lanes) {
  std::fill(seen_.begin(), seen_.end(), 0);
  for (const uint32_t lane : lanes) {
    if (lane >= seen_.size()) {
      return Wrong(absl::StrCat(what, ": env_index ", lane,
                                " out of range for num_envs ", seen_.size()));
    }
    if (seen_[lane] != 0) {
      return Wrong(absl::StrCat(what, ": duplicate env_index ", lane));
    }
    seen_[lane] = 1;
  }
  lanes_.clear();
  for (std::vector<uint32_t>& rows : rows_) rows.clear();
  is_run_ = true;
  const size_t rows = lanes.empty() ? seen_.size() : lanes.size();
  for (uint32_t row = 0; row < rows; ++row) {
    const uint32_t lane = lanes.empty() ? row : lanes[row];
    is_run_ = is_run_ && lane == row + (lanes.empty() ? 0 : lanes[0]);
    lanes_.push_back(lane);
    rows_[group_of_[lane]].push_back(row);
  }
  return absl::OkStatus();
}

bool LaneSelection::is_whole(size_t group) const {
  const std::vector<uint32_t>& rows = rows_[group];
  if (rows.size() != group_lanes(group)) return false;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (lanes_[rows[i]] != bounds_[group] + i) return false;
  }
  return true;
}

}  // namespace rlmesh
