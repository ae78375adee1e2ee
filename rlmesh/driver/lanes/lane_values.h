// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The values of lanes that do not move together.

#ifndef RLMESH_DRIVER_LANES_LANE_VALUES_H_
#define RLMESH_DRIVER_LANES_LANE_VALUES_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// A value of one space for each lane, from answers that may be about some of
// the lanes only. While all that is asked for is one answer, nothing is copied.
// Lanes that no answer was about are zero bytes. Not thread-safe.
//
// Example:
//   LaneValues observations(&contract.observation_space, /*lanes=*/4);
//   observations.Borrow({0, 1, 2, 3}, transition.observation.value);
//   observations.Keep();  // before the environment's next call
//   environment->Reset({{2}}, &observation);
//   observations.Borrow({2}, observation.value);
//   model->Predict({observations.Rows({0, 1, 2, 3})}, &prediction);
class LaneValues {
 public:
  // `spec` must outlive this.
  LaneValues(const SpaceSpec* spec, int lanes);

  // Row i of `value` is lane lanes[i] from now on; lanes are different. `value`
  // must stay valid until the next Borrow, Keep or Forget; what was borrowed
  // before is forgotten, so Keep it where other lanes need it.
  void Borrow(absl::Span<const uint32_t> lanes, ValueView value);

  // Copies what is borrowed.
  void Keep();

  // Does without what is borrowed: those lanes are as they were last kept.
  void Forget() { Borrow({}, ValueView()); }

  // Keeps what is borrowed, and copies the only row of `value` to a lane.
  void Put(uint32_t lane, ValueView value);

  // A value with one row for each of `lanes`. Valid until the next call of
  // Rows, or one that changes this.
  ValueView Rows(absl::Span<const uint32_t> lanes);

  // Makes `*row` the value of a lane.
  void CopyRow(uint32_t lane, ValueBuffer* row) const;

 private:
  static constexpr int32_t kKept = -1;

  const SpaceSpec* const spec_;
  ValueBuffer kept_;  // of all lanes
  ValueView borrowed_;
  std::vector<uint32_t> borrowed_lanes_;  // of its rows
  std::vector<int32_t> row_of_;           // by lane: in borrowed_, or kKept
  ValueBuffer gathered_;                  // what Rows gives out
  size_t gathered_rows_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_LANES_LANE_VALUES_H_
