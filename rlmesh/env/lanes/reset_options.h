// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The options of a reset, for some of its lanes.

#ifndef RLMESH_ENV_LANES_RESET_OPTIONS_H_
#define RLMESH_ENV_LANES_RESET_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"

namespace rlmesh {

// Options are the same for all lanes but for "trial_index", whose list has an
// entry a row (wire spec 5.9).
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(ResetOptions options,
//                           ResetOptions::Parse(request.options, /*rows=*/4));
//   options.AppendFor({2, 3}, &payload);  // with the last two trial indices
class ResetOptions {
 public:
  // `options` is a serialized MetaMap and must outlive this; InvalidArgument
  // when it is none.
  static absl::StatusOr<ResetOptions> Parse(absl::string_view options,
                                            size_t rows);

  // Appends those of `rows`, serialized.
  void AppendFor(absl::Span<const uint32_t> rows, std::string* out) const;

 private:
  absl::string_view bytes_;
  bool has_trials_ = false;
  spaces::v1::MetaMap map_;  // when it has trials
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_LANES_RESET_OPTIONS_H_
