// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/adapters/parse_value.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/json/json.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/element.h"

namespace rlmesh {
namespace {

using Kind = LeafSpec::Kind;

// A value as it stands in a message; long ones are cut.
std::string Quote(const Json& json) {
  constexpr size_t kLongest = 60;
  const std::string text = PrintJson(json);
  return text.size() <= kLongest
             ? text
             : absl::StrCat(Utf8Prefix(text, kLongest), "...");
}

// The double `value` as an integer type, if it is one of its values.
template <typename T>
bool ToInteger(double value, T* out) {
  // The bounds are powers of two (or zero), hence exact.
  const double low = static_cast<double>(std::numeric_limits<T>::min());
  const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (!(value >= low && value < end) || value != std::floor(value)) {
    return false;
  }
  *out = static_cast<T>(value);
  return true;
}

// A JSON number or bool as an element; false when it is none of the type's.
template <typename T>
bool ToElement(const Json& json, T* out) {
  if (json.is_boolean()) {
    *out = static_cast<T>(json.get<bool>());
    return true;
  }
  if (json.is_number_unsigned()) {
    const uint64_t value = json.get<uint64_t>();
    *out = static_cast<T>(value);
    return std::is_floating_point<T>::value ||
           value <= static_cast<uint64_t>(std::numeric_limits<T>::max());
  }
  if (json.is_number_integer()) {  // negative, or it were unsigned
    const int64_t value = json.get<int64_t>();
    *out = static_cast<T>(value);
    return std::is_floating_point<T>::value ||
           (std::is_signed<T>::value &&
            value >= static_cast<int64_t>(std::numeric_limits<T>::min()));
  }
  if (!json.is_number_float()) return false;
  const double value = json.get<double>();
  if constexpr (std::is_integral<T>::value) {
    return ToInteger(value, out);
  } else {
    // Beyond the largest float only infinity is left: not what was written.
    if (std::abs(value) > std::numeric_limits<T>::max()) return false;
    *out = static_cast<T>(value);
    return true;
  }
}
bool ToElement(const Json& json, Float16* out) {
  double value;
  if (!ToElement(json, &value)) return false;
  *out = ToFloat16(value);
  return std::isfinite(ToFloat(*out));
}

class Reader {
 public:
  Reader(const SpaceSpec& spec, int lanes, ValueBuffer* out)
      : spec_(spec), lanes_(lanes), out_(out) {}

  // Reads `json` as the space `node`, whose first leaf is `next_`.
  absl::Status Read(const spaces::v1::SpaceSpec& node, const std::string& path,
                    const Json& json);

 private:
  absl::Status ReadDict(const spaces::v1::DictSpec& dict,
                        const std::string& path, const Json& json);
  absl::Status ReadTuple(const spaces::v1::TupleSpec& tuple,
                         const std::string& path, const Json& json);
  absl::Status ReadText(const LeafSpec& leaf, const Json& json);
  absl::Status ReadElements(const LeafSpec& leaf, const Json& json);
  absl::Status Collect(const LeafSpec& leaf, const Json& json, size_t level,
                       std::vector<const Json*>* elements);

  const SpaceSpec& spec_;
  const int lanes_;
  ValueBuffer* const out_;
  size_t next_ = 0;  // the leaf to be read next
};

absl::Status Reader::Read(const spaces::v1::SpaceSpec& node,
                          const std::string& path, const Json& json) {
  if (node.has_dict()) return ReadDict(node.dict(), path, json);
  if (node.has_tuple()) return ReadTuple(node.tuple(), path, json);
  const LeafSpec& leaf = spec_.leaves()[next_];
  RLMESH_RETURN_IF_ERROR(leaf.kind == Kind::kText ? ReadText(leaf, json)
                                                  : ReadElements(leaf, json));
  ++next_;
  return absl::OkStatus();
}

absl::Status Reader::ReadDict(const spaces::v1::DictSpec& dict,
                              const std::string& path, const Json& json) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": got ", Quote(json),
                                                   ", expected an object with ",
                                                   dict.keys_size(), " keys"));
  }
  for (int i = 0; i < dict.keys_size(); ++i) {
    const Json* member = FindMember(json, dict.keys(i));
    const std::string child = absl::StrCat(path, ".", dict.keys(i));
    if (member == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(child, ": missing in ", Quote(json)));
    }
    RLMESH_RETURN_IF_ERROR(Read(dict.spaces(i), child, *member));
  }
  if (json.size() == static_cast<size_t>(dict.keys_size())) {
    return absl::OkStatus();
  }
  for (const auto& member : json.items()) {
    bool known = false;
    for (const std::string& key : dict.keys()) known |= key == member.key();
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": key ", Quote(Json(member.key())),
                       " is not in the space ", spec_.ToString()));
    }
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadTuple(const spaces::v1::TupleSpec& tuple,
                               const std::string& path, const Json& json) {
  if (!json.is_array() ||
      json.size() != static_cast<size_t>(tuple.spaces_size())) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": got ", Quote(json), ", expected an array of ",
                     tuple.spaces_size(), " values"));
  }
  for (int i = 0; i < tuple.spaces_size(); ++i) {
    RLMESH_RETURN_IF_ERROR(
        Read(tuple.spaces(i), absl::StrCat(path, "[", i, "]"), json[i]));
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadText(const LeafSpec& leaf, const Json& json) {
  if (!json.is_string()) {
    return absl::InvalidArgumentError(absl::StrCat(
        leaf.path, ": got ", Quote(json), ", expected a string in quotes"));
  }
  const std::vector<absl::string_view> texts(
      lanes_, json.get_ref<const std::string&>());
  out_->SetText(next_, texts);
  return absl::OkStatus();
}

// Appends the numbers in `json`, which stands `level` arrays deep.
absl::Status Reader::Collect(const LeafSpec& leaf, const Json& json,
                             size_t level, std::vector<const Json*>* elements) {
  if (level == leaf.shape.size()) {
    elements->push_back(&json);
    return absl::OkStatus();
  }
  if (!json.is_array() ||
      json.size() != static_cast<size_t>(leaf.shape[level])) {
    return absl::InvalidArgumentError(absl::StrCat(
        leaf.path, ": got ", Quote(json), ", expected an array of ",
        leaf.shape[level], " (", leaf.Describe(), ")"));
  }
  for (const Json& item : json) {
    RLMESH_RETURN_IF_ERROR(Collect(leaf, item, level + 1, elements));
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadElements(const LeafSpec& leaf, const Json& json) {
  std::vector<const Json*> elements;
  const bool is_flat = json.is_array() && json.size() == leaf.elements &&
                       (json.empty() || !json[0].is_array());
  if (!json.is_array()) {
    elements.assign(leaf.elements, &json);
  } else if (is_flat) {
    for (const Json& item : json) elements.push_back(&item);
  } else {
    RLMESH_RETURN_IF_ERROR(Collect(leaf, json, 0, &elements));
  }
  return VisitDType(leaf.dtype, [&](auto zero) -> absl::Status {
    using T = decltype(zero);
    char* const data = out_->leaf(next_).data();
    for (size_t i = 0; i < elements.size(); ++i) {
      T element;
      if (!ToElement(*elements[i], &element)) {
        return absl::InvalidArgumentError(
            absl::StrCat(leaf.path, ": ", Quote(*elements[i]), " at element ",
                         i, " is not a value of ", NameOf(leaf.dtype), " (",
                         leaf.Describe(), ")"));
      }
      StoreElement(element, data + i * sizeof(T));
    }
    for (int lane = 1; lane < lanes_; ++lane) {
      std::memcpy(data + lane * leaf.lane_bytes, data, leaf.lane_bytes);
    }
    return absl::OkStatus();
  });
}

// Whether `text` is the bare text of a space that is one Text.
bool IsBare(absl::string_view text, const SpaceSpec& spec) {
  return spec.proto().has_text() &&
         !absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "\"");
}

}  // namespace

absl::Status ParseValue(absl::string_view text, const SpaceSpec& spec,
                        int lanes, ValueBuffer* out) {
  if (lanes < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("lanes is ", lanes, "; it must be 1 or more"));
  }
  out->Reset(spec, lanes);
  if (IsBare(text, spec)) {
    out->SetText(0, std::vector<absl::string_view>(lanes, text));
  } else {
    absl::StatusOr<Json> json = ParseJson(text);
    if (!json.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("value ", QuoteText(text, 60), " of ", spec.ToString(),
                       ": ", json.status().message()));
    }
    RLMESH_RETURN_IF_ERROR(
        Reader(spec, lanes, out).Read(spec.proto(), "$", *json));
  }
  return CheckValue(spec, out->view(), lanes, ValidationPolicy::kStrict,
                    nullptr);
}

}  // namespace rlmesh
