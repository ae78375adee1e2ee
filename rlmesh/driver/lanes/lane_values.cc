// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/lanes/lane_values.h"

#include "rlmesh/spaces/value_rows.h"

namespace rlmesh {

LaneValues::LaneValues(const SpaceSpec* spec, int lanes)
    : spec_(spec), kept_(*spec, lanes), row_of_(lanes, kKept) {}

void LaneValues::Borrow(absl::Span<const uint32_t> lanes, ValueView value) {
  for (const uint32_t lane : borrowed_lanes_) row_of_[lane] = kKept;
  borrowed_lanes_.assign(lanes.begin(), lanes.end());
  borrowed_ = value;
  for (size_t row = 0; row < lanes.size(); ++row) {
    row_of_[lanes[row]] = static_cast<int32_t>(row);
  }
}

void LaneValues::Keep() {
  for (const uint32_t lane : borrowed_lanes_) {
    PutRow(*spec_, borrowed_, row_of_[lane], static_cast<int>(lane), &kept_);
  }
  Forget();
}

void LaneValues::Put(uint32_t lane, ValueView value) {
  Keep();
  PutRow(*spec_, value, /*lane=*/0, static_cast<int>(lane), &kept_);
}

ValueView LaneValues::Rows(absl::Span<const uint32_t> lanes) {
  if (lanes == absl::MakeConstSpan(borrowed_lanes_)) return borrowed_;
  if (borrowed_lanes_.empty() && lanes.size() == row_of_.size()) {
    bool in_order = true;
    for (size_t row = 0; row < lanes.size(); ++row) {
      in_order = in_order && lanes[row] == row;
    }
    if (in_order) return kept_.view();
  }
  if (gathered_rows_ != lanes.size()) {
    gathered_rows_ = lanes.size();
    gathered_.Reset(*spec_, static_cast<int>(lanes.size()));
  }
  for (size_t row = 0; row < lanes.size(); ++row) {
    const int32_t from = row_of_[lanes[row]];
    PutRow(*spec_, from == kKept ? kept_.view() : borrowed_,
           from == kKept ? static_cast<int>(lanes[row]) : from,
           static_cast<int>(row), &gathered_);
  }
  return gathered_.view();
}

void LaneValues::CopyRow(uint32_t lane, ValueBuffer* row) const {
  const int32_t from = row_of_[lane];
  if (row->view().size() != spec_->leaves().size()) row->Reset(*spec_, 1);
  PutRow(*spec_, from == kKept ? kept_.view() : borrowed_,
         from == kKept ? static_cast<int>(lane) : from, /*to_lane=*/0, row);
}

}  // namespace rlmesh
