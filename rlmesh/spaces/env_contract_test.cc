// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/env_contract.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/space_builder.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

core::v1::EnvContract CartPole() {
  core::v1::EnvContract proto;
  proto.mutable_spec()->set_id("CartPole-v1");
  *proto.mutable_spec()->mutable_action_space() = DiscreteSpace(2);
  *proto.mutable_spec()->mutable_observation_space() =
      BoxSpace(DType::kFloat32, {4});
  (*proto.mutable_spec()->mutable_metadata()->mutable_entries())["fps"] =
      MetaInteger(50);
  proto.set_num_envs(3);
  proto.set_render_mode("rgb_array");
  proto.set_autoreset_mode(core::v1::AUTORESET_MODE_NEXT_STEP);
  return proto;
}

TEST(EnvContractTest, SurvivesARoundTrip) {
  const absl::StatusOr<EnvContract> contract =
      EnvContract::FromProto(CartPole());
  RLMESH_ASSERT_OK(contract);
  EXPECT_EQ(contract->id, "CartPole-v1");
  EXPECT_EQ(contract->action_space.ToString(), "Discrete(2)");
  EXPECT_EQ(contract->observation_space.lane_bytes(), 16u);
  EXPECT_EQ(contract->num_envs, 3);
  EXPECT_EQ(contract->render_mode, "rgb_array");
  EXPECT_EQ(contract->autoreset_mode, AutoresetMode::kNextStep);
  EXPECT_EQ(contract->ToProto().SerializeAsString(),
            CartPole().SerializeAsString());
}

TEST(EnvContractTest, WhatIsNotSetHasADefault) {
  core::v1::EnvContract proto = CartPole();
  proto.clear_num_envs();
  proto.clear_autoreset_mode();
  const absl::StatusOr<EnvContract> contract = EnvContract::FromProto(proto);
  RLMESH_ASSERT_OK(contract);
  EXPECT_EQ(contract->num_envs, 1);
  EXPECT_EQ(contract->autoreset_mode, AutoresetMode::kDisabled);
  EXPECT_EQ(contract->ToProto().num_envs(), 1u);
  EXPECT_EQ(contract->ToProto().autoreset_mode(),
            core::v1::AUTORESET_MODE_DISABLED);
}

TEST(EnvContractTest, RefusalNamesTheField) {
  EXPECT_THAT(EnvContract::FromProto({}),
              StatusIs(kInvalid, HasSubstr("lacks spec")));
  core::v1::EnvContract proto = CartPole();
  proto.mutable_spec()->clear_action_space();
  EXPECT_THAT(EnvContract::FromProto(proto),
              StatusIs(kInvalid, HasSubstr("spec.action_space")));
  proto = CartPole();
  proto.mutable_spec()->clear_observation_space();
  EXPECT_THAT(EnvContract::FromProto(proto),
              StatusIs(kInvalid, HasSubstr("spec.observation_space")));
  proto = CartPole();
  *proto.mutable_spec()->mutable_observation_space() =
      DictSpace({{"x", DiscreteSpace(0)}});
  EXPECT_THAT(EnvContract::FromProto(proto),
              StatusIs(kInvalid, AllOf(HasSubstr("observation_space"),
                                       HasSubstr("CartPole-v1"),
                                       HasSubstr("$.x: [Discrete] n is 0"))));
  proto = CartPole();
  proto.set_autoreset_mode(static_cast<core::v1::AutoresetMode>(9));
  EXPECT_THAT(EnvContract::FromProto(proto),
              StatusIs(kInvalid, HasSubstr("unknown autoreset mode 9")));
}

TEST(EnvContractTest, LanesAreBoundedByNumberAndByTheirBytes) {
  core::v1::EnvContract proto = CartPole();
  proto.set_num_envs(65536);
  RLMESH_EXPECT_OK(EnvContract::FromProto(proto));
  proto.set_num_envs(65537);
  EXPECT_THAT(EnvContract::FromProto(proto),
              StatusIs(kInvalid, HasSubstr("num_envs")));
  proto.set_num_envs(4294967295);
  EXPECT_THAT(EnvContract::FromProto(proto), StatusIs(kInvalid));
  proto.set_num_envs(3);
  *proto.mutable_spec()->mutable_observation_space() =
      BoxSpace(DType::kUint8, {100 << 20});
  EXPECT_THAT(EnvContract::FromProto(proto),
              StatusIs(kInvalid, AllOf(HasSubstr("observation_space"),
                                       HasSubstr("3 lanes"))));
}

TEST(EnvContractTest, BrokenMetadataIsDropped) {
  EnvContract contract = EnvContract::FromProto(CartPole()).value();
  contract.metadata = "garbage";
  EXPECT_FALSE(contract.ToProto().spec().has_metadata());
  EXPECT_EQ(contract.ToProto().spec().id(), "CartPole-v1");
}

TEST(EnvContractTest, TextsOfAllLanesCountToo) {
  core::v1::EnvContract proto = CartPole();
  *proto.mutable_spec()->mutable_action_space() =
      TextSpace(100 << 20, 100 << 20);
  EXPECT_THAT(EnvContract::FromProto(proto),
              StatusIs(kInvalid, HasSubstr("action_space")));
}

}  // namespace
}  // namespace rlmesh
