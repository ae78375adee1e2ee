// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/builtin/cartpole.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<float> Floats(const Observation& observation) {
  absl::string_view leaf = observation.value.leaf(0);
  std::vector<float> floats(leaf.size() / sizeof(float));
  std::memcpy(floats.data(), leaf.data(), leaf.size());
  return floats;
}

std::string StateOption(const std::vector<double>& state) {
  spaces::v1::MetaMap map;
  auto* list = (*map.mutable_entries())["state"].mutable_list();
  for (double x : state) list->add_items()->set_number(x);
  return map.SerializeAsString();
}

absl::Status ResetTo(const std::vector<double>& state, CartPole* env,
                     Observation* observation) {
  const std::string options = StateOption(state);
  ResetRequest request;
  request.options = options;
  request.has_options = true;
  return env->Reset(request, observation);
}

absl::Status ResetWithSeed(int64_t seed, CartPole* env,
                           Observation* observation) {
  ResetRequest request;
  request.seeds = absl::MakeConstSpan(&seed, 1);
  return env->Reset(request, observation);
}

absl::Status Step(int64_t action, CartPole* env, Transition* transition) {
  ValueBuffer buffer(env->contract().action_space, /*lanes=*/1);
  buffer.Set<int64_t>(0, 0, action);
  StepRequest request;
  request.actions = buffer.view();
  return env->Step(request, transition);
}

double HexDouble(const std::string& text) {
  return std::strtod(text.c_str(), nullptr);
}

// Doubles hold every float exactly.
std::vector<float> HexFloats(const std::vector<std::string>& words, int first) {
  std::vector<float> floats;
  for (int i = first; i < first + 4; ++i) {
    floats.push_back(static_cast<float>(HexDouble(words[i])));
  }
  return floats;
}

TEST(CartPoleTest, AgreesWithGymnasiumToTheLastBit) {
  std::ifstream recording(std::getenv("CARTPOLE_RECORDING"));
  ASSERT_TRUE(recording.good());
  CartPole env;
  Transition transition;
  int episodes = 0, steps = 0, terminated = 0, truncated = 0;
  for (std::string line; std::getline(recording, line);) {
    SCOPED_TRACE(line);
    std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words[0] == "reset") {
      std::vector<double> state;
      for (int i = 1; i <= 4; ++i) state.push_back(HexDouble(words[i]));
      Observation observation;
      RLMESH_ASSERT_OK(ResetTo(state, &env, &observation));
      ASSERT_EQ(Floats(observation), HexFloats(words, 5));
      ++episodes;
    } else {
      ASSERT_EQ(words[0], "step");
      RLMESH_ASSERT_OK(Step(words[1] == "1", &env, &transition));
      ASSERT_EQ(Floats(transition.observation), HexFloats(words, 2));
      ASSERT_EQ(transition.rewards[0], HexDouble(words[6]));
      ASSERT_EQ(transition.terminated[0], words[7] == "1");
      ASSERT_EQ(transition.truncated[0], words[8] == "1");
      ++steps;
      terminated += transition.terminated[0];
      truncated += transition.truncated[0];
    }
  }
  // Both ends of an episode were seen.
  EXPECT_EQ(episodes, 40);
  EXPECT_GT(steps, 5000);
  EXPECT_GE(terminated, 30);
  EXPECT_GE(truncated, 5);
}

TEST(CartPoleTest, ContractIsGymnasiums) {
  EnvContract contract = CartPole::Contract();
  EXPECT_EQ(contract.id, "CartPole-v1");
  EXPECT_EQ(contract.num_envs, 1);
  EXPECT_EQ(contract.autoreset_mode, AutoresetMode::kDisabled);
  ASSERT_EQ(contract.action_space.leaves().size(), 1);
  EXPECT_EQ(contract.action_space.leaves()[0].kind, LeafSpec::Kind::kDiscrete);
  EXPECT_EQ(contract.action_space.leaves()[0].n, 2);
  const LeafSpec& leaf = contract.observation_space.leaves()[0];
  EXPECT_EQ(leaf.dtype, DType::kFloat32);
  EXPECT_THAT(leaf.shape, ElementsAre(4));
  std::vector<float> high(4);
  ASSERT_EQ(leaf.high.size(), 16);
  std::memcpy(high.data(), leaf.high.data(), 16);
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(high, ElementsAre(4.800000190734863f, infinity,
                                0.41887903213500977f, infinity));
}

TEST(CartPoleTest, SameSeedGivesTheSameEpisode) {
  CartPole first, second;
  Observation observation;
  RLMESH_ASSERT_OK(ResetWithSeed(7, &first, &observation));
  const std::vector<float> seven = Floats(observation);
  RLMESH_ASSERT_OK(ResetWithSeed(7, &second, &observation));
  EXPECT_EQ(Floats(observation), seven);
  RLMESH_ASSERT_OK(ResetWithSeed(8, &second, &observation));
  EXPECT_NE(Floats(observation), seven);
  // Without a seed the stream goes on.
  RLMESH_ASSERT_OK(first.Reset({}, &observation));
  EXPECT_NE(Floats(observation), seven);
}

TEST(CartPoleTest, StartsWithinFiveHundredths) {
  CartPole env;
  Observation observation;
  for (int64_t seed = 0; seed < 200; ++seed) {
    RLMESH_ASSERT_OK(ResetWithSeed(seed, &env, &observation));
    for (float x : Floats(observation)) {
      EXPECT_LE(x, 0.05f);
      EXPECT_GE(x, -0.05f);
    }
  }
}

TEST(CartPoleTest, StepNeedsResetFirstAndAfterTheEnd) {
  CartPole env;
  Transition transition;
  absl::Status s = Step(0, &env, &transition);
  EXPECT_THAT(s, StatusIs(absl::StatusCode::kFailedPrecondition,
                          HasSubstr("call reset first")));
  EXPECT_TRUE(GetErrorDetails(s).recoverable);

  Observation observation;
  RLMESH_ASSERT_OK(ResetTo({3.0, 0, 0, 0}, &env, &observation));
  RLMESH_ASSERT_OK(Step(0, &env, &transition));
  EXPECT_EQ(transition.terminated[0], 1);
  s = Step(0, &env, &transition);
  EXPECT_THAT(s, StatusIs(absl::StatusCode::kFailedPrecondition,
                          HasSubstr("the episode has ended")));
  EXPECT_TRUE(GetErrorDetails(s).recoverable);

  RLMESH_ASSERT_OK(env.Reset({}, &observation));
  RLMESH_EXPECT_OK(Step(0, &env, &transition));
}

TEST(CartPoleTest, RefusesActionOutsideTheSpaceAndGoesOn) {
  CartPole env;
  Observation observation;
  Transition transition;
  RLMESH_ASSERT_OK(env.Reset({}, &observation));
  absl::Status s = Step(2, &env, &transition);
  EXPECT_THAT(s, StatusIs(absl::StatusCode::kInvalidArgument,
                          HasSubstr("not in range [0, 2)")));
  EXPECT_TRUE(GetErrorDetails(s).recoverable);
  RLMESH_EXPECT_OK(Step(1, &env, &transition));
}

TEST(CartPoleTest, RefusesBadResets) {
  CartPole env;
  Observation observation;
  EXPECT_THAT(ResetWithSeed(-3, &env, &observation),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("-3")));
  EXPECT_THAT(ResetTo({0, 0, 0}, &env, &observation),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("state"), HasSubstr("4"))));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(ResetTo({0, 0, nan, 0}, &env, &observation),
              StatusIs(absl::StatusCode::kInvalidArgument));
  ResetRequest request;
  request.options = "\xff\xff";
  request.has_options = true;
  EXPECT_THAT(env.Reset(request, &observation),
              StatusIs(absl::StatusCode::kInvalidArgument));
  const uint32_t lane = 1;
  ResetRequest other_lane;
  other_lane.lanes = absl::MakeConstSpan(&lane, 1);
  EXPECT_THAT(env.Reset(other_lane, &observation),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1")));
}

TEST(CartPoleTest, ClosedIsClosed) {
  CartPole env;
  RLMESH_ASSERT_OK(env.Close());
  RLMESH_ASSERT_OK(env.Close());
  Observation observation;
  EXPECT_THAT(env.Reset({}, &observation),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace rlmesh
