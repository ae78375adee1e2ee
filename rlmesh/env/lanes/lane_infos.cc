// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/lane_infos.h"

#include "rlmesh/proto/spaces/v1/meta.pb.h"

namespace rlmesh {
namespace {

using spaces::v1::MetaList;
using spaces::v1::MetaMap;
using spaces::v1::MetaValue;

void AppendVarint(uint64_t value, std::string* out) {
  for (; value > 127; value >>= 7) {
    out->push_back(static_cast<char>(value | 128));
  }
  out->push_back(static_cast<char>(value));
}

size_t VarintSize(uint64_t value) {
  size_t size = 1;
  for (; value > 127; value >>= 7) ++size;
  return size;
}

// The head of field `number` with `size` bytes; all our numbers are below 16.
void AppendHead(int number, uint64_t size, std::string* out) {
  out->push_back(static_cast<char>(number << 3 | 2));
  AppendVarint(size, out);
}

size_t FieldSize(uint64_t size) { return 1 + VarintSize(size) + size; }

// The heads of the map's entry `key`, whose value is a list of `size` bytes.
void AppendListHead(absl::string_view key, uint64_t size, std::string* out) {
  const size_t value = FieldSize(size);
  AppendHead(1, FieldSize(key.size()) + FieldSize(value), out);  // entries
  AppendHead(1, key.size(), out);                                // key
  out->append(key.data(), key.size());
  AppendHead(2, value, out);  // value
  AppendHead(MetaValue::kListFieldNumber, size, out);
}

static_assert(MetaMap::kEntriesFieldNumber == 1, "as written");
static_assert(MetaList::kItemsFieldNumber == 1, "as written");

}  // namespace

void EncodeLaneInfos(absl::Span<const absl::string_view> rows,
                     absl::Span<const uint8_t> ended, std::string* infos) {
  infos->clear();
  size_t maps = 0;
  for (const absl::string_view row : rows) {
    maps += FieldSize(FieldSize(row.size()));
  }
  AppendListHead("final_info", maps, infos);
  for (const absl::string_view row : rows) {
    AppendHead(MetaList::kItemsFieldNumber, FieldSize(row.size()), infos);
    AppendHead(MetaValue::kMapFieldNumber, row.size(), infos);
    infos->append(row.data(), row.size());
  }
  AppendListHead("_final_info", 4 * rows.size(), infos);
  for (size_t i = 0; i < rows.size(); ++i) {
    AppendHead(MetaList::kItemsFieldNumber, 2, infos);
    infos->push_back(static_cast<char>(MetaValue::kBoolFieldNumber << 3));
    infos->push_back(ended[i] != 0 ? 1 : 0);
  }
}

}  // namespace rlmesh
