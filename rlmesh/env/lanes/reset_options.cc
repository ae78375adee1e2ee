// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/reset_options.h"

#include <utility>

#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {
constexpr char kTrialIndex[] = "trial_index";
}  // namespace

absl::StatusOr<ResetOptions> ResetOptions::Parse(absl::string_view options,
                                                 size_t rows) {
  ResetOptions result;
  result.bytes_ = options;
  if (rows < 2 || options.empty()) return result;
  RLMESH_ASSIGN_OR_RETURN(spaces::v1::MetaMap map, ParseMeta(options));
  const auto it = map.entries().find(kTrialIndex);
  result.has_trials_ = it != map.entries().end() &&
                       it->second.list().items_size() == static_cast<int>(rows);
  if (result.has_trials_) result.map_ = std::move(map);
  return result;
}

void ResetOptions::AppendFor(absl::Span<const uint32_t> rows,
                             std::string* out) const {
  if (!has_trials_) {
    out->append(bytes_.data(), bytes_.size());
    return;
  }
  spaces::v1::MetaMap map = map_;
  spaces::v1::MetaList* trials =
      (*map.mutable_entries())[kTrialIndex].mutable_list();
  trials->clear_items();
  for (const uint32_t row : rows) {
    *trials->add_items() =
        map_.entries().at(kTrialIndex).list().items(static_cast<int>(row));
  }
  out->append(SerializeMeta(map));
}

}  // namespace rlmesh
