// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python/python_infos.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/little_endian.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/env/lanes/lane_infos.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {

void PythonInfos::Start(size_t rows) {
  rows_.assign(rows, absl::string_view());
  has_infos_ = false;
  action_.clear();
  observation_.clear();
}

absl::Status PythonInfos::Take(absl::Span<const uint32_t> rows,
                               const Answer& answer) {
  if ((answer.flags & FrameHeader::kHasInfos) == 0) return absl::OkStatus();
  absl::string_view payload = answer.payload;
  if (lockstep_ || rows.size() == 1) {
    has_infos_ = true;
    rows_[rows[0]] = payload;
    return absl::OkStatus();
  }
  for (const uint32_t row : rows) {
    if (payload.size() < 8) {
      return absl::InvalidArgumentError("infos of too few lanes");
    }
    const uint64_t size = LoadLittleEndian<uint64_t>(payload.data());
    payload.remove_prefix(8);
    if (size == ~uint64_t{0}) continue;  // none
    if (size > payload.size()) {
      return absl::InvalidArgumentError("infos that end too early");
    }
    has_infos_ = true;
    rows_[row] = payload.substr(0, size);
    payload.remove_prefix(size);
  }
  return absl::OkStatus();
}

absl::Status PythonInfos::Put(absl::Span<const uint8_t> ended,
                              Observation* observation) {
  observation->has_infos = has_infos_;
  observation->infos = has_infos_ ? rows_[0] : absl::string_view();
  const bool are_joined = has_infos_ && rows_.size() > 1 && !lockstep_;
  if (are_joined) {
    EncodeLaneInfos(rows_, ended, &joined_);
    observation->infos = joined_;
  }
  if (action_.empty() && observation_.empty()) return absl::OkStatus();
  if (!are_joined) {
    joined_.assign(observation->infos.data(), observation->infos.size());
  }
  const size_t reported = reported_.size();
  RLMESH_RETURN_IF_ERROR(AddWarnings("action", &action_));
  RLMESH_RETURN_IF_ERROR(AddWarnings("observation", &observation_));
  if (reported_.size() == reported) return absl::OkStatus();
  observation->has_infos = true;
  observation->infos = joined_;
  return absl::OkStatus();
}

absl::Status PythonInfos::AddWarnings(absl::string_view kind,
                                      std::vector<Deviation>* deviations) {
  const auto is_old = [&](const Deviation& deviation) {
    return !reported_.insert(absl::StrCat(kind, " ", deviation.path)).second;
  };
  deviations->erase(
      std::remove_if(deviations->begin(), deviations->end(), is_old),
      deviations->end());
  return AppendConformanceWarnings(kind, *deviations, &joined_);
}

}  // namespace rlmesh
