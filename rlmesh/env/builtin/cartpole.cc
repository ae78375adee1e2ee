// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/builtin/cartpole.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/proto/core/v1/env_contract.pb.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"

namespace rlmesh {
namespace {

constexpr double kGravity = 9.8;
constexpr double kCartMass = 1.0;
constexpr double kPoleMass = 0.1;
constexpr double kTotalMass = kPoleMass + kCartMass;
constexpr double kHalfLength = 0.5;
constexpr double kPoleMassLength = kPoleMass * kHalfLength;
constexpr double kForce = 10.0;
constexpr double kTau = 0.02;  // seconds between states
constexpr double kPi = 3.141592653589793;
constexpr double kMaxAngle = 12 * 2 * kPi / 360;
constexpr double kMaxPosition = 2.4;
constexpr double kStart = 0.05;  // a fresh state is uniform in +-kStart
constexpr int kMaxSteps = 500;

std::string FloatBytes(std::array<float, 4> values) {
  std::string bytes(sizeof(values), '\0');
  std::memcpy(&bytes[0], values.data(), sizeof(values));
  return bytes;
}

// The number in `value`, an integer or a double.
bool ToFiniteNumber(const spaces::v1::MetaValue& value, double* number) {
  if (value.kind_case() == spaces::v1::MetaValue::kInteger) {
    *number = static_cast<double>(value.integer());
    return true;
  }
  *number = value.number();
  return value.kind_case() == spaces::v1::MetaValue::kNumber &&
         std::isfinite(*number);
}

// Reads option "state" into `state`; `found` says whether it was there.
absl::Status ReadState(absl::string_view options, std::array<double, 4>* state,
                       bool* found) {
  *found = false;
  if (options.empty()) return absl::OkStatus();
  spaces::v1::MetaMap map;
  if (!map.ParseFromArray(options.data(), static_cast<int>(options.size()))) {
    return absl::InvalidArgumentError("reset: options are no metadata map");
  }
  auto it = map.entries().find("state");
  if (it == map.entries().end()) return absl::OkStatus();
  const spaces::v1::MetaList& items = it->second.list();
  bool valid = items.items_size() == 4;
  for (int i = 0; valid && i < 4; ++i) {
    valid = ToFiniteNumber(items.items(i), &(*state)[i]);
  }
  if (!valid) {
    return absl::InvalidArgumentError(absl::StrCat(
        "reset: option \"state\" must be a list of 4 finite numbers (x, x_dot, "
        "theta, theta_dot), not ",
        it->second.ShortDebugString()));
  }
  *found = true;
  return absl::OkStatus();
}

}  // namespace

EnvContract CartPole::Contract() {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kX = static_cast<float>(kMaxPosition * 2);
  constexpr float kTheta = static_cast<float>(kMaxAngle * 2);
  core::v1::EnvContract proto;
  proto.set_num_envs(1);
  proto.set_autoreset_mode(core::v1::AUTORESET_MODE_DISABLED);
  core::v1::EnvSpec* spec = proto.mutable_spec();
  spec->set_id("CartPole-v1");
  spec->mutable_action_space()->set_dtype(spaces::v1::DATA_TYPE_INT64);
  spec->mutable_action_space()->mutable_discrete()->set_n(2);
  spaces::v1::SpaceSpec* observation = spec->mutable_observation_space();
  observation->add_shape(4);
  observation->set_dtype(spaces::v1::DATA_TYPE_FLOAT32);
  auto* bounds = observation->mutable_box()->mutable_elementwise();
  bounds->set_low(FloatBytes({-kX, -kInfinity, -kTheta, -kInfinity}));
  bounds->set_high(FloatBytes({kX, kInfinity, kTheta, kInfinity}));
  absl::StatusOr<EnvContract> contract = EnvContract::FromProto(proto);
  CHECK(contract.ok()) << contract.status();
  return *std::move(contract);
}

CartPole::CartPole() : NativeEnvironment(Contract()), random_(RandomSeed()) {}

absl::Status CartPole::OnReset(const Episode& episode,
                               ValueBuffer* observation) {
  std::array<double, 4> state;
  bool given = false;
  RLMESH_RETURN_IF_ERROR(ReadState(episode.options, &state, &given));
  if (episode.seed) random_ = Random(static_cast<uint64_t>(*episode.seed));
  if (!given) {
    for (double& x : state) x = (random_.Uniform() * 2 - 1) * kStart;
  }
  state_ = state;
  steps_ = 0;
  Write(observation);
  return absl::OkStatus();
}

// The order of operations is Gymnasium's: results must agree to the last bit,
// so this file is compiled without contraction to fused multiply-adds.
void CartPole::OnStep(ValueView action, ValueBuffer* observation,
                      Outcome* outcome) {
  int64_t direction;
  std::memcpy(&direction, action.leaf(0).data(), sizeof(direction));
  auto& [x, x_dot, theta, theta_dot] = state_;
  const double force = direction == 1 ? kForce : -kForce;
  const double cosine = std::cos(theta);
  const double sine = std::sin(theta);
  const double push =
      (force + kPoleMassLength * (theta_dot * theta_dot) * sine) / kTotalMass;
  const double theta_acc =
      (kGravity * sine - cosine * push) /
      (kHalfLength * (4.0 / 3.0 - kPoleMass * (cosine * cosine) / kTotalMass));
  const double x_acc = push - kPoleMassLength * theta_acc * cosine / kTotalMass;
  x += kTau * x_dot;
  x_dot += kTau * x_acc;
  theta += kTau * theta_dot;
  theta_dot += kTau * theta_acc;
  Write(observation);
  outcome->reward = 1.0;
  outcome->terminated = x < -kMaxPosition || x > kMaxPosition ||
                        theta < -kMaxAngle || theta > kMaxAngle;
  outcome->truncated = ++steps_ >= kMaxSteps;
}

void CartPole::Write(ValueBuffer* observation) const {
  for (size_t i = 0; i < state_.size(); ++i) {
    observation->Set<float>(/*i=*/0, i, static_cast<float>(state_[i]));
  }
}

}  // namespace rlmesh
