// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which rows of a call failed.

#ifndef RLMESH_ENV_LANES_ROW_FAILURES_H_
#define RLMESH_ENV_LANES_ROW_FAILURES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rlmesh/env/lanes/lane_selection.h"

namespace rlmesh {

// The rows of one call that failed, and the error that stands for all of them:
// the first, or the cancellation. Reused from call to call without allocation
// while nothing fails.
//
// Example:
//   failures.Start(selection.size());
//   failures.AddNamed(selection, group, "2 5", status);
//   return failures.status();
class RowFailures {
 public:
  void Start(size_t rows);
  void Add(size_t row, const absl::Status& status);
  // The rows of `group` whose lanes `lanes` names, in decimal with spaces
  // between; all of its rows when it names none of them. Foreign text is safe.
  void AddNamed(const LaneSelection& selection, size_t group,
                absl::string_view lanes, const absl::Status& status);

  const absl::Status& status() const { return status_; }
  bool contains(size_t row) const { return failed_[row] != 0; }
  // One byte a row when some have failed and some have not, otherwise empty.
  absl::Span<const uint8_t> some() const;

 private:
  std::vector<uint8_t> failed_;
  size_t count_ = 0;
  absl::Status status_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_LANES_ROW_FAILURES_H_
