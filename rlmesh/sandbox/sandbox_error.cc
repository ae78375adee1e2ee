// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/sandbox/sandbox_error.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace rlmesh {
namespace {

constexpr absl::string_view kPayloadUrl = "rlmesh/sandbox_error_kind";

struct KindRow {
  SandboxErrorKind kind;
  absl::string_view name;
  absl::string_view prefix;
};

constexpr KindRow kKinds[] = {
    {SandboxErrorKind::kInvalidSource, "InvalidSource",
     "invalid sandbox source: "},
    {SandboxErrorKind::kInvalidOption, "InvalidOption",
     "invalid sandbox option: "},
};

}  // namespace

absl::Status SandboxError(SandboxErrorKind kind, absl::StatusCode code,
                          absl::string_view message) {
  for (const KindRow& row : kKinds) {
    if (row.kind != kind) continue;
    absl::Status status(code, absl::StrCat(row.prefix, message));
    status.SetPayload(kPayloadUrl, absl::Cord(row.name));
    return status;
  }
  return absl::Status(code, message);
}

absl::optional<SandboxErrorKind> GetSandboxErrorKind(
    const absl::Status& status) {
  absl::optional<absl::Cord> name = status.GetPayload(kPayloadUrl);
  if (!name.has_value()) return absl::nullopt;
  for (const KindRow& row : kKinds) {
    if (*name == row.name) return row.kind;
  }
  return absl::nullopt;
}

}  // namespace rlmesh
