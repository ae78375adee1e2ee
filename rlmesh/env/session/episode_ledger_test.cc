// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/episode_ledger.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/fake_clock.h"

namespace rlmesh {
namespace {

using spaces::v1::MetaMap;
using ::testing::HasSubstr;

class EpisodeLedgerTest : public ::testing::Test {
 protected:
  void Start(int lanes, AutoresetMode mode) {
    EnvContract contract;
    contract.num_envs = lanes;
    contract.autoreset_mode = mode;
    ledger_.emplace(contract, &clock_);
  }

  void Reset(std::vector<std::string> ids, std::vector<int64_t> seeds = {},
             std::vector<uint32_t> lanes = {}) {
    ResetRequest request;
    request.lanes = lanes;
    request.seeds = seeds;
    request.episode_ids = ids;
    ledger_->RecordReset(request);
  }

  // Flags: 0 none, 1 terminated, 2 truncated, 3 both.
  absl::Status Step(std::vector<double> rewards, std::vector<int> flags,
                    std::vector<std::string> ids = {},
                    std::vector<uint32_t> lanes = {}) {
    std::vector<uint8_t> terminated, truncated;
    for (const int flag : flags) {
      terminated.push_back(flag & 1);
      truncated.push_back(flag >> 1);
    }
    StepRequest request;
    request.lanes = lanes;
    request.episode_ids = ids;
    Transition transition;
    transition.rewards = rewards;
    transition.terminated = terminated;
    transition.truncated = truncated;
    completed_.Clear();
    const absl::Status status = ledger_->CheckStep(lanes);
    if (!status.ok()) return status;
    return ledger_->RecordStep(request, transition, &infos_, &completed_);
  }

  FakeClock clock_;
  absl::optional<EpisodeLedger> ledger_;
  MetaMap infos_;
  EpisodeLedger::Episodes completed_;
};

TEST_F(EpisodeLedgerTest, AnEpisodeIsCompletedUnderThePushedId) {
  Start(1, AutoresetMode::kDisabled);
  Reset({"ep-A"}, {7});
  RLMESH_ASSERT_OK(Step({1.5}, {0}));
  EXPECT_EQ(completed_.size(), 0);
  clock_.Advance(absl::Seconds(2));
  (*infos_.mutable_entries())["success"].set_bool_(true);
  RLMESH_ASSERT_OK(Step({2}, {1}));
  ASSERT_EQ(completed_.size(), 1);
  const env::v1::EpisodeMetadata& episode = completed_[0];
  EXPECT_EQ(episode.episode_id(), "ep-A");
  EXPECT_TRUE(episode.has_seed());
  EXPECT_EQ(episode.seed(), 7);
  EXPECT_EQ(episode.env_index(), 0);
  EXPECT_EQ(episode.step_count(), 2);
  EXPECT_EQ(episode.cumulative_reward(), 3.5);
  EXPECT_TRUE(episode.terminated());
  EXPECT_FALSE(episode.truncated());
  EXPECT_EQ(episode.end_timestamp_ns() - episode.start_timestamp_ns(),
            2000000000);
  EXPECT_TRUE(episode.final_info().entries().at("success").bool_());
}

TEST_F(EpisodeLedgerTest, AStepThatFailedInOneLaneCountsForTheOthers) {
  Start(3, AutoresetMode::kDisabled);
  Reset({"a", "b", "c"});
  const std::vector<double> rewards = {1, 2, 4};
  const std::vector<uint8_t> terminated = {0, 1, 1}, truncated = {0, 0, 0};
  Transition transition;
  transition.rewards = rewards;
  transition.terminated = terminated;
  transition.truncated = truncated;
  ledger_->RecordFailedStep({}, transition, {0, 1, 0});
  RLMESH_ASSERT_OK(Step({8, 8}, {1, 0}, {}, {0, 1}));
  ASSERT_EQ(completed_.size(), 2);
  EXPECT_EQ(completed_[0].episode_id(), "c");  // ended by the step that failed
  EXPECT_EQ(completed_[0].cumulative_reward(), 4);
  EXPECT_TRUE(completed_[0].terminated());
  EXPECT_EQ(completed_[1].episode_id(), "a");
  EXPECT_EQ(completed_[1].cumulative_reward(), 9);
  EXPECT_EQ(completed_[1].step_count(), 2);
}

TEST_F(EpisodeLedgerTest, StepsAfterTheEndAreNotCounted) {
  Start(1, AutoresetMode::kDisabled);
  Reset({"a"});
  RLMESH_ASSERT_OK(Step({1}, {2}));
  EXPECT_EQ(completed_.size(), 1);
  EXPECT_FALSE(completed_[0].has_seed());
  RLMESH_ASSERT_OK(Step({1}, {2}));
  EXPECT_EQ(completed_.size(), 0);
}

TEST_F(EpisodeLedgerTest, AnInterruptedEpisodeIsListedFirstInTheNextStep) {
  Start(1, AutoresetMode::kDisabled);
  Reset({"a"}, {1});
  RLMESH_ASSERT_OK(Step({1}, {0}));
  Reset({"b"});
  RLMESH_ASSERT_OK(Step({5}, {1}));
  ASSERT_EQ(completed_.size(), 2);
  EXPECT_EQ(completed_[0].episode_id(), "a");
  EXPECT_TRUE(completed_[0].truncated());
  EXPECT_FALSE(completed_[0].terminated());
  EXPECT_FALSE(completed_[0].has_final_info());
  EXPECT_EQ(completed_[0].step_count(), 1);
  EXPECT_EQ(completed_[1].episode_id(), "b");
  EXPECT_FALSE(completed_[1].has_seed());
  RLMESH_ASSERT_OK(Step({0}, {0}));
  EXPECT_EQ(completed_.size(), 0);
}

TEST_F(EpisodeLedgerTest, TheOldestInterruptedEpisodesAreDropped) {
  Start(1, AutoresetMode::kDisabled);
  for (int i = 0; i <= 150; ++i) Reset({absl::StrCat(i)});
  RLMESH_ASSERT_OK(Step({0}, {0}));
  ASSERT_EQ(completed_.size(), EpisodeLedger::kMaxInterrupted);
  EXPECT_EQ(completed_[0].episode_id(), "50");
  EXPECT_EQ(completed_[99].episode_id(), "149");
}

TEST_F(EpisodeLedgerTest, CloseReturnsWhatIsOpenAsTruncated) {
  Start(3, AutoresetMode::kDisabled);
  Reset({"a", "b"}, {}, {0, 2});
  EpisodeLedger::Episodes final_episodes;
  ledger_->RecordClose(&final_episodes);
  ASSERT_EQ(final_episodes.size(), 2);
  EXPECT_EQ(final_episodes[0].episode_id(), "a");
  EXPECT_EQ(final_episodes[1].env_index(), 2);
  EXPECT_TRUE(final_episodes[1].truncated());
}

TEST_F(EpisodeLedgerTest, SubsetStepsNameAbsoluteLanes) {
  Start(3, AutoresetMode::kDisabled);
  Reset({"a", "b", "c"}, {10, 11});
  RLMESH_ASSERT_OK(Step({1, 2}, {0, 1}, {}, {2, 1}));
  ASSERT_EQ(completed_.size(), 1);
  EXPECT_EQ(completed_[0].env_index(), 1);
  EXPECT_EQ(completed_[0].episode_id(), "b");
  EXPECT_EQ(completed_[0].seed(), 11);
  EXPECT_EQ(completed_[0].cumulative_reward(), 2);
}

TEST_F(EpisodeLedgerTest, NextStepRollsIntoTheIdOfThatRequest) {
  Start(2, AutoresetMode::kNextStep);
  Reset({"a", "b"}, {1, 2});
  RLMESH_ASSERT_OK(Step({1, 1}, {1, 0}, {"a", "b"}));
  ASSERT_EQ(completed_.size(), 1);
  RLMESH_ASSERT_OK(Step({0, 1}, {0, 0}, {"a2", "b"}));
  EXPECT_EQ(completed_.size(), 0);
  RLMESH_ASSERT_OK(Step({4, 1}, {2, 0}, {"a2", "b"}));
  ASSERT_EQ(completed_.size(), 1);
  EXPECT_EQ(completed_[0].episode_id(), "a2");
  EXPECT_EQ(completed_[0].step_count(), 1);  // the roll does not count
  EXPECT_EQ(completed_[0].cumulative_reward(), 4);
  EXPECT_FALSE(completed_[0].has_seed());
}

TEST_F(EpisodeLedgerTest, ARollWithARewardOrFlagBreaksTheContract) {
  Start(1, AutoresetMode::kNextStep);
  Reset({"a"});
  RLMESH_ASSERT_OK(Step({1}, {1}));
  EXPECT_THAT(Step({0.5}, {0}), StatusIs(absl::StatusCode::kInternal,
                                         HasSubstr("NEXT_STEP lane 0")));
  EXPECT_THAT(Step({0}, {2}), StatusIs(absl::StatusCode::kInternal));
  RLMESH_EXPECT_OK(Step({0}, {0}, {"b"}));  // the books were left alone
}

TEST_F(EpisodeLedgerTest, AStepNeedsAResetOfItsLanesFirst) {
  for (const AutoresetMode mode :
       {AutoresetMode::kDisabled, AutoresetMode::kNextStep}) {
    Start(1, mode);
    EXPECT_THAT(
        Step({1}, {0}),
        StatusIs(absl::StatusCode::kFailedPrecondition,
                 "step: no episode has begun; reset the environment first"));
  }
  Start(3, AutoresetMode::kDisabled);
  Reset({"a", "c"}, {}, {0, 2});
  EXPECT_THAT(Step({1, 1, 1}, {0, 0, 0}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "step: no episode has begun in lane 1; reset it first"));
  RLMESH_EXPECT_OK(Step({1, 1}, {0, 0}, {}, {2, 0}));
}

TEST_F(EpisodeLedgerTest, NoEpisodeEndsBeforeItsStart) {
  Start(1, AutoresetMode::kDisabled);
  Reset({"a"});
  clock_.Advance(-absl::Hours(1));
  RLMESH_ASSERT_OK(Step({1}, {1}));
  ASSERT_EQ(completed_.size(), 1);
  EXPECT_EQ(completed_[0].end_timestamp_ns(),
            completed_[0].start_timestamp_ns());
}

}  // namespace
}  // namespace rlmesh
