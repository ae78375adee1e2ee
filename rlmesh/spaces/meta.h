// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Free-form data beside the values: metadata, infos, options.
//
// It travels through the core as serialized bytes (MetaBytes) that few ever
// parse; these functions are for those few. All of them take foreign bytes:
// what does not parse is an error or reads as absent, never a crash.

#ifndef RLMESH_SPACES_META_H_
#define RLMESH_SPACES_META_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"
#include "rlmesh/spaces/check.h"

namespace rlmesh {

// A serialized rlmesh.spaces.v1.MetaMap. Empty bytes are the empty map.
using MetaBytes = std::string;

// Lists and maps inside of each other; deeper ones are refused, so that every
// map that passes also passes the parsers of peers as part of a message.
inline constexpr int kMaxMetaDepth = 24;

// The map of `bytes`; InvalidArgument when they are not one, or too deep.
absl::StatusOr<spaces::v1::MetaMap> ParseMeta(absl::string_view bytes);

// The bytes of `map`; equal maps give equal bytes (keys are sorted).
MetaBytes SerializeMeta(const spaces::v1::MetaMap& map);

// Whether an episode's final info says that its task was solved: the first of
// the keys "is_success", "success", "task_success" that is there decides,
// numbers by truth value. Nothing when none is there, or it is no bool and no
// number.
absl::optional<bool> SuccessOf(absl::string_view final_info);

// The key of conformance warnings in infos.
inline constexpr char kConformanceKey[] = "rlmesh.conformance.warning";

// Adds `deviations` to the list of warnings in `*infos`, each as a map {kind,
// path, detail}; `kind` is "observation" or "action". Other entries stay.
// Without deviations nothing is parsed.
absl::Status AppendConformanceWarnings(absl::string_view kind,
                                       absl::Span<const Deviation> deviations,
                                       MetaBytes* infos);

// Shorthands for building maps.
//
// Example:
//   spaces::v1::MetaMap map;
//   (*map.mutable_entries())["seed"] = MetaInteger(7);
spaces::v1::MetaValue MetaInteger(int64_t value);
spaces::v1::MetaValue MetaNumber(double value);
spaces::v1::MetaValue MetaBool(bool value);
spaces::v1::MetaValue MetaText(absl::string_view value);  // UTF-8

}  // namespace rlmesh

#endif  // RLMESH_SPACES_META_H_
