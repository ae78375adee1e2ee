// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/adapters/meta_json.h"

#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

using spaces::v1::MetaMap;
using spaces::v1::MetaValue;

// A list or map at `depth`; the outermost map is 1 deep.
absl::Status CheckDepth(int depth, const std::string& path) {
  if (depth <= kMaxMetaDepth) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": nested more than ", kMaxMetaDepth, " deep; flatten it"));
}

absl::Status Fill(const Json& object, const std::string& path, int depth,
                  MetaMap* map);

absl::Status Fill(const Json& json, const std::string& path, int depth,
                  MetaValue* value) {
  switch (json.type()) {
    case Json::value_t::null:
    case Json::value_t::discarded:
    case Json::value_t::binary:
      return absl::OkStatus();  // no kind is null
    case Json::value_t::boolean:
      value->set_bool_(json.get<bool>());
      return absl::OkStatus();
    case Json::value_t::number_integer:
      value->set_integer(json.get<int64_t>());
      return absl::OkStatus();
    case Json::value_t::number_unsigned:
      if (json.get<uint64_t>() > std::numeric_limits<int64_t>::max()) {
        return absl::InvalidArgumentError(
            absl::StrCat(path, ": ", json.get<uint64_t>(),
                         " is above the largest integer, 2^63 - 1; write it as "
                         "a text or a number with a decimal point"));
      }
      value->set_integer(static_cast<int64_t>(json.get<uint64_t>()));
      return absl::OkStatus();
    case Json::value_t::number_float:
      value->set_number(json.get<double>());
      return absl::OkStatus();
    case Json::value_t::string:
      value->set_text(json.get_ref<const std::string&>());
      return absl::OkStatus();
    case Json::value_t::array:
      break;
    case Json::value_t::object:
      return Fill(json, path, depth + 1, value->mutable_map());
  }
  RLMESH_RETURN_IF_ERROR(CheckDepth(depth + 1, path));
  for (size_t i = 0; i < json.size(); ++i) {
    RLMESH_RETURN_IF_ERROR(Fill(json[i], absl::StrCat(path, "[", i, "]"),
                                depth + 1, value->mutable_list()->add_items()));
  }
  value->mutable_list();  // also when it is empty
  return absl::OkStatus();
}

absl::Status Fill(const Json& object, const std::string& path, int depth,
                  MetaMap* map) {
  RLMESH_RETURN_IF_ERROR(CheckDepth(depth, path));
  for (const auto& member : object.items()) {
    RLMESH_RETURN_IF_ERROR(Fill(member.value(),
                                absl::StrCat(path, ".", member.key()), depth,
                                &(*map->mutable_entries())[member.key()]));
  }
  return absl::OkStatus();
}

Json FromValue(const MetaValue& value) {
  switch (value.kind_case()) {
    case MetaValue::kInteger:
      return value.integer();
    case MetaValue::kNumber:
      return value.number();
    case MetaValue::kText:
      return value.text();
    case MetaValue::kBool:
      return value.bool_();
    case MetaValue::kBytes:
      return Json{{"base64", absl::Base64Escape(value.bytes())}};
    case MetaValue::kList: {
      Json list = Json::array();
      for (const MetaValue& item : value.list().items()) {
        list.push_back(FromValue(item));
      }
      return list;
    }
    case MetaValue::kMap:
      return JsonFromMeta(value.map());
    default:
      return nullptr;
  }
}

}  // namespace

absl::StatusOr<MetaMap> MetaFromJson(const Json& object) {
  if (!object.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "got a JSON ", object.type_name(), ", expected an object"));
  }
  MetaMap map;
  RLMESH_RETURN_IF_ERROR(Fill(object, "$", /*depth=*/1, &map));
  return map;
}

absl::StatusOr<MetaBytes> MetaFromJsonText(absl::string_view text) {
  RLMESH_ASSIGN_OR_RETURN(const Json json, ParseJson(text));
  RLMESH_ASSIGN_OR_RETURN(const MetaMap map, MetaFromJson(json));
  return SerializeMeta(map);
}

Json JsonFromMeta(const MetaMap& map) {
  Json object = Json::object();
  for (const auto& entry : map.entries()) {
    object[entry.first] = FromValue(entry.second);
  }
  return object;
}

}  // namespace rlmesh
