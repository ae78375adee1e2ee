// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/env_contract.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/spaces/space_parser.h"

namespace rlmesh {
namespace {

absl::StatusOr<SpaceSpec> SpaceOf(const core::v1::EnvSpec& spec, bool is_set,
                                  const spaces::v1::SpaceSpec& proto,
                                  absl::string_view name, int num_envs) {
  if (!is_set) {
    return absl::InvalidArgumentError(
        absl::StrCat("environment contract lacks spec.", name));
  }
  absl::StatusOr<SpaceSpec> space = SpaceSpec::FromProto(proto);
  if (!space.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("invalid ", name, " of \"", spec.id(),
                     "\": ", space.status().message()));
  }
  if (space->min_lane_bytes() * num_envs > kMaxLaneBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a value of ", name, " of \"", spec.id(), "\" has ",
                     space->min_lane_bytes(), " bytes in each of ", num_envs,
                     " lanes; a message of the wire carries ", kMaxLaneBytes));
  }
  return space;
}

}  // namespace

absl::StatusOr<EnvContract> EnvContract::FromProto(
    const core::v1::EnvContract& proto) {
  if (!proto.has_spec()) {
    return absl::InvalidArgumentError("environment contract lacks spec");
  }
  const core::v1::EnvSpec& spec = proto.spec();
  EnvContract contract;
  contract.id = spec.id();
  if (proto.num_envs() > static_cast<uint32_t>(kMaxLanes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("num_envs of \"", spec.id(), "\" is ", proto.num_envs(),
                     "; at most ", kMaxLanes, " are allowed"));
  }
  contract.num_envs =
      proto.num_envs() == 0 ? 1 : static_cast<int>(proto.num_envs());
  RLMESH_ASSIGN_OR_RETURN(
      contract.action_space,
      SpaceOf(spec, spec.has_action_space(), spec.action_space(),
              "action_space", contract.num_envs));
  RLMESH_ASSIGN_OR_RETURN(
      contract.observation_space,
      SpaceOf(spec, spec.has_observation_space(), spec.observation_space(),
              "observation_space", contract.num_envs));
  if (spec.has_metadata()) contract.metadata = SerializeMeta(spec.metadata());
  contract.render_mode = proto.render_mode();
  switch (proto.autoreset_mode()) {
    case core::v1::AUTORESET_MODE_UNSPECIFIED:
    case core::v1::AUTORESET_MODE_DISABLED:
      contract.autoreset_mode = AutoresetMode::kDisabled;
      break;
    case core::v1::AUTORESET_MODE_NEXT_STEP:
      contract.autoreset_mode = AutoresetMode::kNextStep;
      break;
    case core::v1::AUTORESET_MODE_SAME_STEP:
      contract.autoreset_mode = AutoresetMode::kSameStep;
      break;
    default:
      return absl::InvalidArgumentError(absl::StrCat(
          "unknown autoreset mode ", static_cast<int>(proto.autoreset_mode()),
          " of \"", spec.id(), "\"; known are 1 (next step), 2 (same step) ",
          "and 3 (disabled)"));
  }
  return contract;
}

core::v1::EnvContract EnvContract::ToProto() const {
  core::v1::EnvContract proto;
  core::v1::EnvSpec* spec = proto.mutable_spec();
  spec->set_id(id);
  *spec->mutable_action_space() = action_space.proto();
  *spec->mutable_observation_space() = observation_space.proto();
  if (!metadata.empty()) {
    absl::StatusOr<spaces::v1::MetaMap> map = ParseMeta(metadata);
    if (map.ok()) {
      *spec->mutable_metadata() = *std::move(map);
    } else {
      // Only advisory: a peer is better off without than with an error.
      LOG(WARNING) << "metadata of " << id << " dropped: " << map.status();
    }
  }
  proto.set_num_envs(num_envs);
  proto.set_render_mode(render_mode);
  proto.set_autoreset_mode(
      static_cast<core::v1::AutoresetMode>(autoreset_mode));
  return proto;
}

}  // namespace rlmesh
