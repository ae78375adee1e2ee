// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/failed_rows.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/types/optional.h"

namespace rlmesh {
namespace {
constexpr char kUrl[] = "rlmesh.env.failed_rows";
}  // namespace

void SetFailedRows(absl::Span<const uint8_t> failed, absl::Status* status) {
  status->SetPayload(kUrl,
                     absl::Cord(std::string(failed.begin(), failed.end())));
}

std::vector<uint8_t> FailedRows(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kUrl);
  if (!payload.has_value()) return {};
  const std::string bytes(*payload);
  return std::vector<uint8_t>(bytes.begin(), bytes.end());
}

}  // namespace rlmesh
