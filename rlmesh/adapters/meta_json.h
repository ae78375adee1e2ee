// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Metadata, infos and options as JSON.

#ifndef RLMESH_ADAPTERS_META_JSON_H_
#define RLMESH_ADAPTERS_META_JSON_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rlmesh/json/json.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {

// The map of a JSON object: null, bool, integer (64 bits), number, text, list
// and map are what they are in JSON; 2.0 stays a number. InvalidArgument, with
// the path, for anything but an object, an integer above 2^63 - 1, and what is
// nested more than kMaxMetaDepth deep.
absl::StatusOr<spaces::v1::MetaMap> MetaFromJson(const Json& object);

// The same from text and to bytes, for flags and environment variables
// (--options,
// --kwargs, RLMESH_MAKE_KWARGS).
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(MetaBytes options,
//                           MetaFromJsonText("{\"difficulty\": 3}"));
absl::StatusOr<MetaBytes> MetaFromJsonText(absl::string_view text);

// For reading and printing. Bytes, which JSON lacks, become a base64 text in an
// object {"base64": ...}; values of a kind that this build does not know, null.
Json JsonFromMeta(const spaces::v1::MetaMap& map);

}  // namespace rlmesh

#endif  // RLMESH_ADAPTERS_META_JSON_H_
