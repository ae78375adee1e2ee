// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/vector_environment.h"

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/lanes/failed_rows.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Three lanes whose observations are 1, 2 and 3.
class VectorEnvironmentTest : public ::testing::Test {
 protected:
  void Make(AutoresetMode mode) {
    std::vector<std::unique_ptr<Environment>> lanes;
    for (int lane = 0; lane < 3; ++lane) {
      Script& script = scripts_[lane];
      script.contract = SimpleContract();
      script.is_inline = true;
      script.observe = [lane](ValueBuffer* value) {
        value->Set<int64_t>(0, 0, lane + 1);
      };
      script.on_reset = [this, lane](const ResetRequest& request) {
        ++resets_[lane];
        seeds_[lane] = request.seeds.empty() ? -1 : request.seeds[0];
        return absl::OkStatus();
      };
      lanes.push_back(std::make_unique<ScriptedEnvironment>(&script));
    }
    env_ = std::make_unique<VectorEnvironment>(std::move(lanes), mode);
    EXPECT_TRUE(env_->is_inline());
    Observation observation;
    RLMESH_ASSERT_OK(env_->Reset({}, &observation));
    EXPECT_THAT(Numbers(observation), ElementsAre(1, 2, 3));
  }
  absl::Status Step(std::vector<uint32_t> lanes = {}) {
    ValueBuffer action(env_->contract().action_space,
                       lanes.empty() ? 3 : static_cast<int>(lanes.size()));
    StepRequest request;
    request.lanes = lanes;
    request.actions = action.view();
    return env_->Step(request, &transition_);
  }
  static std::vector<int64_t> Numbers(const Observation& observation) {
    const absl::string_view leaf = observation.value.leaf(0);
    std::vector<int64_t> numbers(leaf.size() / 8);
    std::memcpy(numbers.data(), leaf.data(), leaf.size());
    return numbers;
  }

  Script scripts_[3];
  int resets_[3] = {0, 0, 0};
  int64_t seeds_[3] = {0, 0, 0};
  std::unique_ptr<VectorEnvironment> env_;
  Transition transition_;
};

TEST_F(VectorEnvironmentTest, RowsAreThoseOfTheNamedLanesInTheirOrder) {
  Make(AutoresetMode::kDisabled);
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(Numbers(transition_.observation), ElementsAre(1, 2, 3));
  EXPECT_THAT(transition_.rewards, ElementsAre(1, 1, 1));
  RLMESH_ASSERT_OK(Step({2, 0}));
  EXPECT_THAT(Numbers(transition_.observation), ElementsAre(3, 1));
  auto infos = ParseMeta(transition_.observation.infos);
  RLMESH_ASSERT_OK(infos);
  EXPECT_EQ(infos->entries().at("final_info").list().items_size(), 2);
}

TEST_F(VectorEnvironmentTest, SeedsAreByPositionAndTheRestIsUnseeded) {
  Make(AutoresetMode::kDisabled);
  const std::vector<int64_t> seeds = {7, 8};
  Observation observation;
  ResetRequest request;
  request.seeds = seeds;
  RLMESH_ASSERT_OK(env_->Reset(request, &observation));
  EXPECT_THAT(seeds_, ElementsAre(7, 8, -1));
}

TEST_F(VectorEnvironmentTest, DisabledLanesWaitForTheirReset) {
  Make(AutoresetMode::kDisabled);
  scripts_[1].terminated = {1};
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(transition_.terminated, ElementsAre(0, 1, 0));
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(transition_.terminated, ElementsAre(0, 1, 0));
  EXPECT_THAT(transition_.rewards, ElementsAre(1, 0, 1));
  EXPECT_EQ(resets_[1], 1);
  const std::vector<uint32_t> one = {1};
  ResetRequest reset;
  reset.lanes = one;
  Observation observation;
  RLMESH_ASSERT_OK(env_->Reset(reset, &observation));
  EXPECT_THAT(Numbers(observation), ElementsAre(2));
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(transition_.rewards, ElementsAre(1, 1, 1));
}

TEST_F(VectorEnvironmentTest, NextStepLanesBeginAnotherEpisode) {
  Make(AutoresetMode::kNextStep);
  scripts_[1].truncated = {1};
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(transition_.truncated, ElementsAre(0, 1, 0));
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(transition_.truncated, ElementsAre(0, 0, 0));
  EXPECT_THAT(transition_.rewards, ElementsAre(1, 0, 1));
  EXPECT_THAT(resets_, ElementsAre(1, 2, 1));
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(transition_.rewards, ElementsAre(1, 1, 1));
}

TEST_F(VectorEnvironmentTest, OneLanesFailureIsItsOwn) {
  Make(AutoresetMode::kDisabled);
  scripts_[1].on_step = [](const StepRequest&) {
    return absl::InternalError("boom");
  };
  const absl::Status status = Step();
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kInternal, HasSubstr("lane 1: boom")));
  EXPECT_THAT(FailedRows(status), ElementsAre(0, 1, 0));
  EXPECT_THAT(transition_.rewards, ElementsAre(1, 0, 1));
  RLMESH_ASSERT_OK(Step({2}));
}

TEST_F(VectorEnvironmentTest, RefusesLanesThatDoNotExist) {
  Make(AutoresetMode::kDisabled);
  EXPECT_THAT(Step({3}), StatusIs(absl::StatusCode::kInvalidArgument,
                                  HasSubstr("out of range for num_envs 3")));
  Frame frame;
  EXPECT_THAT(env_->Render({3}, &frame),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(VectorEnvironmentTest, TheLaneThatIsAskedForDraws) {
  Make(AutoresetMode::kDisabled);
  scripts_[2].on_render = [](const RenderRequest& request, Frame* frame) {
    EXPECT_EQ(request.lane, 0u);  // its only one
    EXPECT_EQ(request.timeout, absl::Seconds(3));
    frame->png = "picture";
    return absl::OkStatus();
  };
  Frame frame;
  RLMESH_EXPECT_OK(env_->Render({2, absl::Seconds(3)}, &frame));
  EXPECT_EQ(frame.png, "picture");
  EXPECT_THAT(env_->Render({1}, &frame),
              StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace rlmesh
