// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/row_failures.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace rlmesh {

void RowFailures::Start(size_t rows) {
  failed_.assign(rows, 0);
  count_ = 0;
  status_ = absl::OkStatus();
}

void RowFailures::Add(size_t row, const absl::Status& status) {
  if (failed_[row] == 0) ++count_;
  failed_[row] = 1;
  // A cancelled call is that, whatever its other rows say.
  if (status_.ok() || absl::IsCancelled(status)) status_ = status;
}

void RowFailures::AddNamed(const LaneSelection& selection, size_t group,
                           absl::string_view lanes,
                           const absl::Status& status) {
  const absl::Span<const uint32_t> rows = selection.rows(group);
  bool found = false;
  for (const absl::string_view text :
       absl::StrSplit(lanes, ' ', absl::SkipEmpty())) {
    uint32_t lane;
    if (!absl::SimpleAtoi(text, &lane)) continue;
    for (const uint32_t row : rows) {
      if (selection.lane(row) != lane) continue;
      Add(row, status);
      found = true;
    }
  }
  if (found) return;
  for (const uint32_t row : rows) Add(row, status);
}

absl::Span<const uint8_t> RowFailures::some() const {
  if (count_ == 0 || count_ == failed_.size()) return {};
  return failed_;
}

}  // namespace rlmesh
