// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/builtin/native.h"

#include <cstring>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Kwargs(const std::string& key, int64_t value) {
  spaces::v1::MetaMap map;
  (*map.mutable_entries())[key] = MetaInteger(value);
  return SerializeMeta(map);
}

TEST(NativeFactoryTest, MakesCartPoleByBothNames) {
  for (const char* name : {"cartpole", "CartPole-v1"}) {
    auto factory = NativeFactory(name, "");
    RLMESH_ASSERT_OK(factory);
    EXPECT_EQ((*factory)->contract().id, "CartPole-v1");
    auto env = (*factory)->Create();
    RLMESH_ASSERT_OK(env);
    EXPECT_TRUE((*env)->is_inline());
    EXPECT_EQ((*env)->contract().observation_space,
              (*factory)->contract().observation_space);
  }
}

TEST(NativeFactoryTest, UnknownNameSaysWhichExist) {
  EXPECT_THAT(NativeFactory("cartpol", ""),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("\"cartpol\""), HasSubstr("cartpole"),
                             HasSubstr("synthetic"))));
}

TEST(NativeFactoryTest, UnknownOrWrongArgumentIsNamed) {
  EXPECT_THAT(NativeFactory("cartpole", Kwargs("gravity", 3)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("gravity"), HasSubstr("none"))));
  EXPECT_THAT(NativeFactory("synthetic", Kwargs("bytes", 3)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("observation_bytes")));
  EXPECT_THAT(NativeFactory("synthetic", Kwargs("observation_bytes", 3)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("observation_bytes is 3")));
  EXPECT_THAT(NativeFactory("synthetic", Kwargs("episode_steps", 0)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("episode_steps is 0")));
  spaces::v1::MetaMap text;
  (*text.mutable_entries())["observation_bytes"] = MetaText("many");
  EXPECT_THAT(NativeFactory("synthetic", SerializeMeta(text)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("many")));
  EXPECT_THAT(NativeFactory("synthetic", "\xff\xff"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(SyntheticEnvironmentTest, CountsStepsInItsObservations) {
  auto factory = NativeFactory("synthetic", Kwargs("observation_bytes", 100));
  RLMESH_ASSERT_OK(factory);
  auto env = (*factory)->Create();
  RLMESH_ASSERT_OK(env);
  Observation observation;
  RLMESH_ASSERT_OK((*env)->Reset({}, &observation));
  EXPECT_EQ(observation.value.leaf(0).size(), 100);
  ValueBuffer action((*env)->contract().action_space, 1);
  action.Set<int64_t>(0, 0, 1);
  StepRequest request;
  request.actions = action.view();
  Transition transition;
  for (int64_t step = 1; step <= 1000; ++step) {
    RLMESH_ASSERT_OK((*env)->Step(request, &transition));
    int64_t count;
    std::memcpy(&count, transition.observation.value.leaf(0).data(), 8);
    ASSERT_EQ(count, step);
    ASSERT_EQ(transition.rewards[0], 1);
    ASSERT_EQ(transition.truncated[0], step == 1000);
    ASSERT_EQ(transition.terminated[0], 0);
  }
  EXPECT_THAT((*env)->Step(request, &transition),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace rlmesh
