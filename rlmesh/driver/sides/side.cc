// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/sides/side.h"

#include "absl/strings/str_cat.h"
#include "rlmesh/base/error_details.h"

namespace rlmesh {

absl::Status SaidBy(Side side, const absl::Status& status) {
  absl::Status said(status.code(),
                    absl::StrCat(side == Side::kModel ? "model" : "environment",
                                 ": ", status.message()));
  SetErrorDetails(GetErrorDetails(status), &said);
  return said;
}

}  // namespace rlmesh
