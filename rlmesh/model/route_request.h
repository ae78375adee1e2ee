// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a client says about a route, checked.

#ifndef RLMESH_MODEL_ROUTE_REQUEST_H_
#define RLMESH_MODEL_ROUTE_REQUEST_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rlmesh/model/model.h"
#include "rlmesh/proto/core/v1/env_contract.pb.h"
#include "rlmesh/proto/model/v1/interaction.pb.h"
#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {

// Of the id of a route, a session or an episode.
inline constexpr size_t kMaxRouteIdBytes = 256;
// Rows of one request: as many as an environment may have lanes.
inline constexpr int kMaxRouteRows = 65536;

// A peer's text for messages and logs: its beginning, escaped.
std::string QuotedId(absl::string_view text);

// Internal, with the wire's words before `text`.
absl::Status InternalRouteError(absl::string_view text);

// What `field` of a request calls something: InvalidArgument when it is too
// long, because the table and the model keep ids.
absl::Status CheckRouteId(absl::string_view field, absl::string_view id);
absl::Status CheckRouteIds(const model::v1::AdapterContext& context);

// What the model needs to know of an environment. Unlike a contract from an
// environment server it may lack the observation space.
absl::StatusOr<EnvContract> ReadRouteSpec(const core::v1::EnvSpec& spec);

// One entry a row, ids there and distinct. `rows` and `ids` keep their memory;
// `ids` point into `rows`.
absl::Status ReadEpisodeRows(const model::v1::PredictRequest& request,
                             std::vector<EpisodeRow>* rows,
                             std::vector<absl::string_view>* ids);

}  // namespace rlmesh

#endif  // RLMESH_MODEL_ROUTE_REQUEST_H_
