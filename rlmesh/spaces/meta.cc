// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/meta.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

using spaces::v1::MetaMap;
using spaces::v1::MetaValue;

// The parser's own limit already ends what could exhaust the stack.
int DepthOf(const MetaMap& map);

int DepthOf(const MetaValue& value) {
  int depth = 0;
  if (value.has_map()) {
    depth = DepthOf(value.map());
  } else if (value.has_list()) {
    for (const MetaValue& item : value.list().items()) {
      depth = std::max(depth, DepthOf(item));
    }
    ++depth;
  }
  return depth;
}

int DepthOf(const MetaMap& map) {
  int depth = 0;
  for (const auto& entry : map.entries()) {
    depth = std::max(depth, DepthOf(entry.second));
  }
  return depth + 1;
}

}  // namespace

absl::StatusOr<MetaMap> ParseMeta(absl::string_view bytes) {
  MetaMap map;
  if (!map.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("metadata map of ", bytes.size(),
                     " bytes does not parse (broken, text that is not UTF-8, "
                     "or nested too deep)"));
  }
  if (DepthOf(map) > kMaxMetaDepth) {
    return absl::InvalidArgumentError(
        absl::StrCat("metadata map is nested more than ", kMaxMetaDepth,
                     " deep; flatten it"));
  }
  return map;
}

MetaBytes SerializeMeta(const MetaMap& map) {
  MetaBytes bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    map.SerializeToCodedStream(&coded);
  }
  return bytes;
}

absl::optional<bool> SuccessOf(absl::string_view final_info) {
  if (final_info.empty()) return absl::nullopt;
  const absl::StatusOr<MetaMap> map = ParseMeta(final_info);
  if (!map.ok()) return absl::nullopt;
  for (const char* key : {"is_success", "success", "task_success"}) {
    const auto found = map->entries().find(key);
    if (found == map->entries().end()) continue;
    switch (found->second.kind_case()) {
      case MetaValue::kBool:
        return found->second.bool_();
      case MetaValue::kInteger:
        return found->second.integer() != 0;
      case MetaValue::kNumber:
        return found->second.number() != 0;
      default:
        return absl::nullopt;
    }
  }
  return absl::nullopt;
}

absl::Status AppendConformanceWarnings(absl::string_view kind,
                                       absl::Span<const Deviation> deviations,
                                       MetaBytes* infos) {
  if (deviations.empty()) return absl::OkStatus();
  RLMESH_ASSIGN_OR_RETURN(MetaMap map, ParseMeta(*infos));
  MetaValue& warnings = (*map.mutable_entries())[kConformanceKey];
  for (const Deviation& deviation : deviations) {
    auto& entries =
        *warnings.mutable_list()->add_items()->mutable_map()->mutable_entries();
    entries["kind"] = MetaText(kind);
    entries["path"] = MetaText(deviation.path);
    entries["detail"] = MetaText(deviation.detail);
  }
  *infos = SerializeMeta(map);
  return absl::OkStatus();
}

MetaValue MetaInteger(int64_t value) {
  MetaValue result;
  result.set_integer(value);
  return result;
}
MetaValue MetaNumber(double value) {
  MetaValue result;
  result.set_number(value);
  return result;
}
MetaValue MetaBool(bool value) {
  MetaValue result;
  result.set_bool_(value);
  return result;
}
MetaValue MetaText(absl::string_view value) {
  MetaValue result;
  result.set_text(std::string(value));
  return result;
}

}  // namespace rlmesh
