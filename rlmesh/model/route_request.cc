// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/route_request.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {

std::string QuotedId(absl::string_view text) {
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(text.substr(0, 100)),
                      "\"");
}

absl::Status CheckRouteId(absl::string_view field, absl::string_view id) {
  if (id.size() <= kMaxRouteIdBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " has ", id.size(), " bytes, over the ",
                   kMaxRouteIdBytes, " bound; it begins ", QuotedId(id)));
}

absl::Status CheckRouteIds(const model::v1::AdapterContext& context) {
  RLMESH_RETURN_IF_ERROR(CheckRouteId("env_id", context.env_id()));
  return CheckRouteId("session_id", context.session_id());
}

absl::Status InternalRouteError(absl::string_view text) {
  return absl::InternalError(absl::StrCat("internal error: ", text));
}

absl::StatusOr<EnvContract> ReadRouteSpec(const core::v1::EnvSpec& spec) {
  EnvContract contract;
  contract.id = spec.id();
  if (!spec.has_action_space()) {
    return absl::InvalidArgumentError(
        "env EnvSpec has no action_space; a model needs to know what it may "
        "answer");
  }
  absl::StatusOr<SpaceSpec> action = SpaceSpec::FromProto(spec.action_space());
  if (!action.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("env action_space: ", action.status().message()));
  }
  contract.action_space = *std::move(action);
  if (spec.has_observation_space()) {
    absl::StatusOr<SpaceSpec> observation =
        SpaceSpec::FromProto(spec.observation_space());
    if (!observation.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "env observation_space: ", observation.status().message()));
    }
    contract.observation_space = *std::move(observation);
  }
  if (spec.has_metadata()) contract.metadata = SerializeMeta(spec.metadata());
  return contract;
}

absl::Status ReadEpisodeRows(const model::v1::PredictRequest& request,
                             std::vector<EpisodeRow>* rows,
                             std::vector<absl::string_view>* ids) {
  if (request.episode_info().empty()) {
    return InternalRouteError("predict must include at least one episode_id");
  }
  if (request.episode_info_size() > kMaxRouteRows) {
    return InternalRouteError(
        absl::StrCat("predict has ", request.episode_info_size(),
                     " rows, over the ", kMaxRouteRows, " bound"));
  }
  rows->resize(request.episode_info_size());
  ids->clear();
  for (int i = 0; i < request.episode_info_size(); ++i) {
    const model::v1::EpisodeInfo& info = request.episode_info(i);
    if (info.episode_id().empty()) {
      return InternalRouteError(
          absl::StrCat("episode_info[", i, "].episode_id is empty"));
    }
    RLMESH_RETURN_IF_ERROR(CheckRouteId("episode_id", info.episode_id()));
    EpisodeRow& row = (*rows)[i];
    row.episode_id = info.episode_id();
    row.seed.reset();
    if (info.has_seed()) row.seed = info.seed();
    ids->push_back(row.episode_id);
  }
  std::sort(ids->begin(), ids->end());
  const auto twice = std::adjacent_find(ids->begin(), ids->end());
  if (twice == ids->end()) return absl::OkStatus();
  return InternalRouteError(
      absl::StrCat("predict has duplicate episode_id ", QuotedId(*twice)));
}

}  // namespace rlmesh
