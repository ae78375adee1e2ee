// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/value_rows.h"

#include <cstring>

#include "absl/strings/string_view.h"
#include "rlmesh/spaces/text_leaf.h"

namespace rlmesh {

void CopyRow(const SpaceSpec& spec, ValueView value, int lanes, int lane,
             ValueBuffer* row) {
  const auto leaves = spec.leaves();
  if (row->view().size() != leaves.size()) row->Reset(spec, /*lanes=*/1);
  for (size_t i = 0; i < leaves.size(); ++i) {
    const absl::string_view leaf = value.leaf(i);
    if (leaves[i].kind == LeafSpec::Kind::kText) {
      const absl::string_view text = TextOfLane(leaf, lane);
      row->SetText(i, absl::MakeConstSpan(&text, 1));
    } else {
      const size_t bytes = leaf.size() / lanes;
      std::memcpy(row->leaf(i).data(), leaf.data() + lane * bytes, bytes);
    }
  }
}

void PutRow(const SpaceSpec& spec, ValueView value, int lane, int to_lane,
            ValueBuffer* to) {
  const auto leaves = spec.leaves();
  for (size_t i = 0; i < leaves.size(); ++i) {
    const absl::string_view leaf = value.leaf(i);
    if (leaves[i].kind == LeafSpec::Kind::kText) {
      to->SetTextLane(i, to_lane, TextOfLane(leaf, lane));
    } else {
      const size_t bytes = leaves[i].lane_bytes;
      std::memcpy(to->leaf(i).data() + to_lane * bytes,
                  leaf.data() + lane * bytes, bytes);
    }
  }
}

}  // namespace rlmesh
