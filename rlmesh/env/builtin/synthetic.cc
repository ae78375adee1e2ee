// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/builtin/synthetic.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/proto/core/v1/env_contract.pb.h"

namespace rlmesh {
namespace {

// A message holds at most 256 MiB.
constexpr int64_t kMaxObservationBytes = int64_t{200} << 20;

}  // namespace

absl::Status SyntheticOptions::Validate() const {
  if (observation_bytes < 8 || observation_bytes > kMaxObservationBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("observation_bytes is ", observation_bytes,
                     "; it must be 8 to ", kMaxObservationBytes));
  }
  if (episode_steps < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "episode_steps is ", episode_steps, "; it must be 1 or more"));
  }
  return absl::OkStatus();
}

EnvContract SyntheticEnvironment::Contract(const SyntheticOptions& options) {
  core::v1::EnvContract proto;
  proto.set_num_envs(1);
  proto.set_autoreset_mode(core::v1::AUTORESET_MODE_DISABLED);
  core::v1::EnvSpec* spec = proto.mutable_spec();
  spec->set_id("Synthetic-v0");
  spec->mutable_action_space()->set_dtype(spaces::v1::DATA_TYPE_INT64);
  spec->mutable_action_space()->mutable_discrete()->set_n(2);
  spaces::v1::SpaceSpec* observation = spec->mutable_observation_space();
  observation->add_shape(options.observation_bytes);
  observation->set_dtype(spaces::v1::DATA_TYPE_UINT8);
  auto* bounds = observation->mutable_box()->mutable_uniform();
  bounds->set_low(std::string(1, '\0'));
  bounds->set_high(std::string(1, '\xff'));
  absl::StatusOr<EnvContract> contract = EnvContract::FromProto(proto);
  CHECK(contract.ok()) << contract.status();
  return *std::move(contract);
}

SyntheticEnvironment::SyntheticEnvironment(const SyntheticOptions& options)
    : NativeEnvironment(Contract(options)), options_(options) {}

absl::Status SyntheticEnvironment::OnReset(const Episode& /*episode*/,
                                           ValueBuffer* observation) {
  steps_ = 0;
  Write(observation);
  return absl::OkStatus();
}

void SyntheticEnvironment::OnStep(ValueView action, ValueBuffer* observation,
                                  Outcome* outcome) {
  int64_t chosen;
  std::memcpy(&chosen, action.leaf(0).data(), sizeof(chosen));
  outcome->reward = static_cast<double>(chosen);
  outcome->truncated = ++steps_ >= options_.episode_steps;
  Write(observation);
}

void SyntheticEnvironment::Write(ValueBuffer* observation) const {
  std::memcpy(observation->leaf(0).data(), &steps_, sizeof(steps_));
}

}  // namespace rlmesh
