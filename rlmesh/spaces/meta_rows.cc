// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/meta_rows.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace rlmesh {
namespace {

using spaces::v1::MetaList;
using spaces::v1::MetaMap;
using spaces::v1::MetaValue;

// The list of one entry a row under `key`; null when there is none.
const MetaList* Rows(const MetaMap& infos, const std::string& key, int rows) {
  const auto it = infos.entries().find(key);
  if (it == infos.entries().end() || !it->second.has_list()) return nullptr;
  return it->second.list().items_size() == rows ? &it->second.list() : nullptr;
}

bool IsTrue(const MetaValue& value) {
  return value.bool_() || value.integer() != 0;
}

}  // namespace

MetaMap FinalInfo(const MetaMap& infos, int position, int rows) {
  if (rows == 1) return infos;
  const MetaList* finals = Rows(infos, "final_info", rows);
  const MetaList* marks = Rows(infos, "_final_info", rows);
  if (finals != nullptr && marks != nullptr && IsTrue(marks->items(position)) &&
      finals->items(position).has_map()) {
    return finals->items(position).map();
  }
  MetaMap slice;
  for (const auto& [key, value] : infos.entries()) {
    const MetaList* list = Rows(infos, key, rows);
    // A mask belongs to another key.
    const bool is_mask = key.size() > 1 && key[0] == '_' &&
                         infos.entries().contains(key.substr(1));
    if (list == nullptr || is_mask || key == "final_info") continue;
    const MetaList* mask = Rows(infos, absl::StrCat("_", key), rows);
    if (mask != nullptr && !IsTrue(mask->items(position))) continue;
    (*slice.mutable_entries())[key] = list->items(position);
  }
  return slice;
}

MetaMap RowInfo(const MetaMap& infos, int position, int rows) {
  const MetaList* all = rows == 1 ? nullptr : Rows(infos, "final_info", rows);
  if (all != nullptr && !all->items(position).map().entries().empty()) {
    return all->items(position).map();
  }
  return FinalInfo(infos, position, rows);
}

}  // namespace rlmesh
