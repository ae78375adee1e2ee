// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/lanes/vector_session.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/testing/fake_lanes.h"
#include "rlmesh/model/testing/fake_model.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class VectorSessionTest : public ::testing::Test {
 protected:
  void Make(int lanes, AutoresetMode autoreset, bool takes_lanes,
            const SessionOptions& options = {}) {
    session_.reset();
    env_ = std::make_unique<FakeLanes>(lanes, autoreset, takes_lanes);
    Open(options);
  }
  void MakeAlone(int lanes) { Make(lanes, AutoresetMode::kDisabled, true); }
  void MakeTogether(int lanes) { Make(lanes, AutoresetMode::kNextStep, false); }

  void Open(const SessionOptions& options = {}) {
    auto session = VectorSession::Create(env_.get(), &model_, options,
                                         Clock::Monotonic(), nullptr);
    RLMESH_ASSERT_OK(session);
    session_ = *std::move(session);
  }

  // Predict and Step; lanes that are done rest.
  void Advance() {
    RLMESH_ASSERT_OK(session_->Predict());
    RLMESH_ASSERT_OK(session_->Step());
    for (uint32_t lane = 0; lane < session_->lanes(); ++lane) {
      if (session_->lane(lane).done()) session_->Rest(lane);
    }
  }

  int64_t Observed(uint32_t lane) {
    ValueBuffer row;
    session_->CopyObservation(lane, &row);
    int64_t value;
    std::memcpy(&value, row.view().leaf(0).data(), sizeof(value));
    return value;
  }

  // How many rows each predict of the model had.
  std::vector<int> Rows() {
    std::vector<int> rows;
    for (const std::string& call : model_.calls()) {
      if (!absl::StartsWith(call, "predict ")) continue;
      rows.push_back(
          static_cast<int>(std::count(call.begin(), call.end(), '=')));
    }
    return rows;
  }

  std::unique_ptr<FakeLanes> env_;
  FakeModel model_;
  std::unique_ptr<VectorSession> session_;
};

TEST_F(VectorSessionTest, LanesThatAreAloneBeginWheneverTheyLike) {
  MakeAlone(3);
  RLMESH_ASSERT_OK(session_->Begin({{0, 14, 0}, {1, 16, 1}, {2, 17, 2}}));
  Advance();  // the end of seed 14
  EXPECT_THAT(session_->playing(), ElementsAre(1, 2));
  EXPECT_EQ(session_->lane(0).total_reward, 14);
  EXPECT_TRUE(session_->MayBegin());
  RLMESH_ASSERT_OK(session_->Begin({{0, 22, 3}}));
  EXPECT_EQ(Observed(0), 0);
  EXPECT_EQ(Observed(1), 1);  // as it was before the reset of lane 0
  Advance();
  Advance();  // the ends of seeds 16 and 22
  EXPECT_THAT(session_->playing(), ElementsAre(2));
  Advance();
  EXPECT_THAT(session_->playing(), IsEmpty());
  EXPECT_THAT(env_->calls, ElementsAre("reset 14,16,17", "step", "reset 0:22",
                                       "step", "step", "step 2"));
  EXPECT_EQ(session_->lane(0).steps, 2);
  EXPECT_EQ(session_->lane(0).total_reward, 44);
  EXPECT_EQ(session_->lane(1).total_reward, 48);
  EXPECT_EQ(session_->lane(2).total_reward, 68);
  EXPECT_THAT(Rows(), ElementsAre(3, 3, 3, 1));
}

TEST_F(VectorSessionTest, LanesThatMoveTogetherBeginTogether) {
  MakeTogether(3);
  RLMESH_ASSERT_OK(session_->Begin({{0, 14, 0}, {1, 16, 1}, {2, 18, 2}}));
  Advance();
  EXPECT_THAT(session_->playing(), ElementsAre(1, 2));
  EXPECT_FALSE(session_->MayBegin());
  EXPECT_THAT(session_->Begin({{0, 22, 3}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("begin together")));
  for (int i = 0; i < 4; ++i) Advance();
  EXPECT_TRUE(session_->MayBegin());
  // Lane 0 began an episode of its own meanwhile; it counts for nothing.
  EXPECT_THAT(env_->lane(0).seeds, ElementsAre(14, -1));
  EXPECT_EQ(session_->lane(0).steps, 1);
  EXPECT_EQ(session_->lane(0).total_reward, 14);
  EXPECT_EQ(session_->lane(2).total_reward, 90);
  EXPECT_THAT(Rows(), ElementsAre(3, 2, 2, 1, 1));
  // What nobody plays goes on counting.
  RLMESH_ASSERT_OK(session_->Begin({{0, 30, 3}, {1, 40, 4}}));
  EXPECT_THAT(session_->playing(), ElementsAre(0, 1));
  EXPECT_THAT(env_->calls.back(), "reset 30,40,41");
}

TEST_F(VectorSessionTest, LanesThatRestAreSteppedWithTheirLastAction) {
  MakeTogether(2);
  RLMESH_ASSERT_OK(session_->Begin({{0, 15, 0}, {1, 20, 1}}));
  Advance();
  session_->Rest(0);  // before its end
  Advance();          // which is now
  Advance();          // and a reset
  Advance();
  // The model's actions count 0, 1, 2, ...; of lane 0 it is not asked again.
  EXPECT_THAT(env_->lane(0).actions, ElementsAre(0, 0, 0));
  EXPECT_THAT(env_->lane(1).actions, ElementsAre(1, 2, 3, 0));
}

TEST_F(VectorSessionTest, LanesThatNeverPlayAreSteppedWithinTheirSpace) {
  MakeTogether(3);
  RLMESH_ASSERT_OK(session_->Begin({{0, 20, 0}}));
  for (int i = 0; i < 4; ++i) Advance();
  EXPECT_THAT(env_->calls[0], "reset 20,21,22");
  EXPECT_THAT(Rows(), ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(session_->playing(), ElementsAre(0));
}

TEST_F(VectorSessionTest, BothSidesKnowEachEpisodeByOneId) {
  MakeAlone(2);
  RLMESH_ASSERT_OK(session_->Begin({{0, 14, 0}, {1, 20, 1}}));
  Advance();
  RLMESH_ASSERT_OK(session_->Begin({{0, 21, 2}}));
  Advance();
  ASSERT_THAT(env_->lane(0).episode_ids, SizeIs(2));
  const std::string first = env_->lane(0).episode_ids[0];
  const std::string second = env_->lane(0).episode_ids[1];
  const std::string other = env_->lane(1).episode_ids[0];
  EXPECT_NE(first, second);
  RLMESH_ASSERT_OK(session_->Close());
  EXPECT_THAT(
      model_.calls(),
      ElementsAre("open Fake-v0",
                  absl::StrCat("predict ", first, "=14,", other, "=20"),
                  absl::StrCat("reset ", first),
                  absl::StrCat("predict ", second, "=21,", other, "=20"),
                  absl::StrCat("reset ", second, ",", other), "close"));
  RLMESH_EXPECT_OK(session_->Close());
  EXPECT_THAT(session_->Begin({{0, 1, 0}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("session is closed")));
}

TEST_F(VectorSessionTest, ModelsThatTakeOneRowAreAskedForEachLane) {
  model_.set_takes_rows(false);
  MakeAlone(3);
  RLMESH_ASSERT_OK(session_->Begin({{0, 20, 0}, {1, 20, 1}, {2, 20, 2}}));
  Advance();
  EXPECT_THAT(Rows(), ElementsAre(1, 1, 1));
  EXPECT_THAT(env_->lane(0).actions, ElementsAre(0));
  EXPECT_THAT(env_->lane(1).actions, ElementsAre(1));
  EXPECT_THAT(env_->lane(2).actions, ElementsAre(2));
}

TEST_F(VectorSessionTest, FramesAreReplayedAndDroppedByLane) {
  model_.frames = 3;
  SessionOptions options;
  options.execution_horizon = 2;
  env_ = std::make_unique<FakeLanes>(2, AutoresetMode::kDisabled, true);
  Open(options);
  RLMESH_ASSERT_OK(session_->Begin({{0, 14, 0}, {1, 20, 1}}));
  Advance();  // frames (0 1) (2 3) (4 5), of which two are done; lane 0 ends
  RLMESH_ASSERT_OK(session_->Begin({{0, 20, 2}}));
  Advance();  // lane 0 asks: 6, 7, 8; lane 1 replays 3
  Advance();  // lane 1 asks: 9, 10, 11; lane 0 replays 7
  Advance();
  EXPECT_THAT(Rows(), ElementsAre(2, 1, 1, 1));
  EXPECT_THAT(env_->lane(0).actions, ElementsAre(0, 6 % 4, 7 % 4, 12 % 4));
  EXPECT_THAT(env_->lane(1).actions, ElementsAre(1, 3, 9 % 4, 10 % 4));
}

TEST_F(VectorSessionTest, TrialsAreToldToEnvironmentsThatWantToKnow) {
  env_ = std::make_unique<FakeLanes>(3, AutoresetMode::kDisabled, true);
  spaces::v1::MetaMap metadata;
  (*metadata.mutable_entries())["rlmesh.env.v1.reset_options"] =
      MetaText("trial_index");
  env_->fake_contract().metadata = SerializeMeta(metadata);
  Open();
  RLMESH_ASSERT_OK(session_->Begin({{0, 14, 5}, {1, 20, 6}, {2, 20, 7}}));
  Advance();
  RLMESH_ASSERT_OK(session_->Begin({{0, 14, 8}}));
  const auto trial = [this](int lane, int reset) {
    auto told = ParseMeta(env_->lane(lane).options[reset]);
    if (!told.ok()) return int64_t{-1};
    const spaces::v1::MetaValue& value = told->entries().at("trial_index");
    return value.has_list() ? value.list().items(0).integer() : value.integer();
  };
  EXPECT_EQ(trial(0, 0), 5);
  EXPECT_EQ(trial(1, 0), 6);
  EXPECT_EQ(trial(2, 0), 7);
  EXPECT_EQ(trial(0, 1), 8);
}

TEST_F(VectorSessionTest, InfosAreThoseOfTheLane) {
  MakeAlone(2);
  spaces::v1::MetaMap infos;
  (*infos.mutable_entries())["n"] = MetaInteger(5);
  env_->lane(1).final_infos = SerializeMeta(infos);
  RLMESH_ASSERT_OK(session_->Begin({{0, 20, 0}, {1, 14, 1}}));
  RLMESH_ASSERT_OK(session_->Predict());
  RLMESH_ASSERT_OK(session_->Step());
  // They outlive the next reset.
  session_->Rest(1);
  RLMESH_ASSERT_OK(session_->Begin({{1, 20, 2}}));
  ASSERT_NE(session_->infos(), nullptr);
  EXPECT_EQ(session_->rows(), 2);
  EXPECT_EQ(session_->row_of(1), 1);
  const auto& finals = session_->infos()->entries().at("final_info").list();
  EXPECT_EQ(finals.items(1).map().entries().at("n").integer(), 5);
}

TEST_F(VectorSessionTest, AFaultOfAStepEndsAllEpisodesOfAResetItsOwn) {
  MakeAlone(3);
  RLMESH_ASSERT_OK(session_->Begin({{0, 14, 0}, {1, 20, 1}, {2, 20, 2}}));
  Advance();
  env_->on_reset = [] { return absl::InternalError("boom"); };
  EXPECT_THAT(session_->Begin({{0, 20, 3}}),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("environment"), HasSubstr("boom"))));
  EXPECT_EQ(session_->faulty(), Side::kEnvironment);
  EXPECT_THAT(session_->playing(), ElementsAre(1, 2));
  EXPECT_EQ(Observed(1), 1);
  Advance();
  env_->on_reset = nullptr;
  env_->on_step = [] { return absl::InternalError("boom"); };
  RLMESH_ASSERT_OK(session_->Predict());
  EXPECT_THAT(session_->Step(), StatusIs(absl::StatusCode::kInternal,
                                         HasSubstr("environment: boom")));
  EXPECT_THAT(session_->playing(), IsEmpty());
  env_->on_step = nullptr;
  RLMESH_ASSERT_OK(session_->Begin({{0, 20, 3}, {1, 20, 1}, {2, 20, 2}}));
  Advance();

  model_.on_predict = [](const PredictRequest&) {
    return absl::InternalError("ValueError: no");
  };
  EXPECT_THAT(session_->Predict(), StatusIs(absl::StatusCode::kInternal,
                                            HasSubstr("model: ValueError")));
  EXPECT_EQ(session_->faulty(), Side::kModel);
  EXPECT_THAT(session_->playing(), IsEmpty());
}

TEST_F(VectorSessionTest, RefusesLanesThatNobodyCouldPlay) {
  const auto refusal = [this](AutoresetMode mode, bool takes_lanes) {
    env_ =
        std::make_unique<FakeLanes>(4, AutoresetMode::kDisabled, takes_lanes);
    env_->fake_contract().autoreset_mode = mode;
    return VectorSession::Create(env_.get(), &model_, {}, Clock::Monotonic(),
                                 nullptr)
        .status();
  };
  EXPECT_THAT(refusal(AutoresetMode::kSameStep, false),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("4 lanes of environment Fake-v0"),
                             HasSubstr("SAME_STEP"),
                             HasSubstr("env_server --num_envs=4"))));
  EXPECT_THAT(refusal(AutoresetMode::kDisabled, false),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("DISABLED"), HasSubstr("subset_step"),
                             HasSubstr("NEXT_STEP"))));
  SessionOptions ahead;
  ahead.execution_horizon = 4;
  ahead.prefetch_lead = 1;
  env_ = std::make_unique<FakeLanes>(4, AutoresetMode::kDisabled, true);
  EXPECT_THAT(VectorSession::Create(env_.get(), &model_, ahead,
                                    Clock::Monotonic(), nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("prefetch_lead"), HasSubstr("4 lanes"),
                             HasSubstr("--parallel"))));
  EXPECT_THAT(model_.calls(), IsEmpty());
}

}  // namespace
}  // namespace rlmesh
