// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// JSON behind Status.

#ifndef RLMESH_JSON_JSON_H_
#define RLMESH_JSON_JSON_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace rlmesh {

// A JSON value. Its own accessors (at, get, value) throw or abort on the wrong
// type: ask is_string() and the like first, and use get_ref or get_ptr. Members
// of objects are sorted by key.
using Json = nlohmann::json;

// What a text may cost. The defaults suit command lines, options and replies of
// services.
struct JsonLimits {
  size_t max_bytes = size_t{16} << 20;
  int max_depth = 64;           // arrays and objects inside of each other
  size_t max_values = 1000000;  // numbers, strings, arrays, objects, ...
};

// Parses one JSON text (RFC 8259, UTF-8, nothing behind it but blanks). Takes
// foreign bytes, never throws. InvalidArgument names the line and column of
// what is wrong, also for a key that stands twice in one object;
// ResourceExhausted names the limit.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(Json json, ParseJson("{\"a\": [1, 2.5]}"));
//   if (const Json* a = FindMember(json, "a"); a != nullptr) ...
absl::StatusOr<Json> ParseJson(absl::string_view text,
                               const JsonLimits& limits = JsonLimits());

// The one spelling of a value, for hashes and comparisons: keys sorted by their
// bytes, no blanks, UTF-8 as it is, the shortest decimals that read back as the
// same doubles (NaN and infinities, which JSON lacks, as null), broken UTF-8
// replaced. Recursive: values that did not come from ParseJson must not be
// nested deeply.
std::string PrintJson(const Json& json);

// The member `key` of an object; null when `json` is no object or lacks it.
const Json* FindMember(const Json& json, absl::string_view key);

}  // namespace rlmesh

#endif  // RLMESH_JSON_JSON_H_
