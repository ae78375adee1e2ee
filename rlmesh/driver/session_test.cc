// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/session.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/testing/fake_environment.h"
#include "rlmesh/model/testing/fake_model.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SessionTest : public ::testing::Test {
 protected:
  std::unique_ptr<Session> Create(const SessionOptions& options = {}) {
    auto session = Session::Create(&env_, &model_, options);
    EXPECT_THAT(session, IsOk());
    return session.ok() ? *std::move(session) : nullptr;
  }

  int64_t Observed(const Session& session) {
    int64_t value;
    std::memcpy(&value, session.observation().value.leaf(0).data(), 8);
    return value;
  }

  FakeEnvironment env_;
  FakeModel model_;
};

TEST_F(SessionTest, PlaysAnEpisodeWithTheModelsActions) {
  env_.reward = 1.5;
  auto session = Create();
  RLMESH_ASSERT_OK(session->Reset(7));
  EXPECT_EQ(Observed(*session), 0);
  while (!session->done()) RLMESH_ASSERT_OK(session->Advance());
  EXPECT_EQ(session->steps(), 5);
  EXPECT_EQ(session->total_reward(), 7.5);
  EXPECT_TRUE(session->terminated());
  EXPECT_FALSE(session->truncated());
  EXPECT_EQ(Observed(*session), 5);
  EXPECT_THAT(env_.seeds, ElementsAre(7));
  EXPECT_THAT(env_.actions, ElementsAre(0, 1, 2, 3, 0));
}

TEST_F(SessionTest, BothSidesKnowTheEpisodeByOneId) {
  auto session = Create();
  RLMESH_ASSERT_OK(session->Reset(7));
  const std::string first = session->episode_id();
  RLMESH_ASSERT_OK(session->Advance());
  RLMESH_ASSERT_OK(session->Reset({}));
  const std::string second = session->episode_id();
  RLMESH_ASSERT_OK(session->Advance());
  EXPECT_NE(first, second);
  EXPECT_THAT(env_.episode_ids, ElementsAre(first, second));
  EXPECT_THAT(env_.step_episode_ids, ElementsAre(first, second));
  EXPECT_THAT(model_.calls(),
              ElementsAre("open Fake-v0", absl::StrCat("predict ", first, "=7"),
                          absl::StrCat("reset ", first),
                          absl::StrCat("predict ", second)));
}

TEST_F(SessionTest, CloseLeavesTheEpisodeAndTheRoute) {
  auto session = Create();
  RLMESH_ASSERT_OK(session->Reset({}));
  const std::string id = session->episode_id();
  EXPECT_THAT(model_.routes(), SizeIs(1));
  RLMESH_ASSERT_OK(session->Close());
  RLMESH_ASSERT_OK(session->Close());
  EXPECT_THAT(model_.routes(), IsEmpty());
  EXPECT_THAT(model_.calls(),
              ElementsAre("open Fake-v0", absl::StrCat("reset ", id), "close"));
  EXPECT_THAT(session->Reset({}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("session is closed")));
}

TEST_F(SessionTest, ReplaysFramesAndDropsThemAtReset) {
  model_.frames = 3;
  SessionOptions options;
  options.execution_horizon = 3;
  auto session = Create(options);
  RLMESH_ASSERT_OK(session->Reset({}));
  for (int i = 0; i < 4; ++i) RLMESH_ASSERT_OK(session->Advance());
  // Two predictions of three frames; the last two frames are not for the next
  // episode.
  EXPECT_THAT(env_.actions, ElementsAre(0, 1, 2, 3));
  RLMESH_ASSERT_OK(session->Reset({}));
  RLMESH_ASSERT_OK(session->Advance());
  EXPECT_EQ(env_.actions.back(), 6 % 4);
}

TEST_F(SessionTest, DoesNoMoreOfAPredictionThanTheHorizon) {
  model_.frames = 3;
  SessionOptions options;
  options.execution_horizon = 2;
  auto session = Create(options);
  RLMESH_ASSERT_OK(session->Reset({}));
  for (int i = 0; i < 4; ++i) RLMESH_ASSERT_OK(session->Advance());
  EXPECT_THAT(env_.actions, ElementsAre(0, 1, 3, 4 % 4));
  for (int horizon : {0, 1025}) {
    options.execution_horizon = horizon;
    EXPECT_THAT(Session::Create(&env_, &model_, options),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("execution_horizon")));
  }
}

// The observations that each prediction was made from.
class PrefetchSessionTest : public SessionTest {
 protected:
  PrefetchSessionTest() {
    model_.frames = 4;
    model_.on_predict = [this](const PredictRequest& request) {
      int64_t value;
      std::memcpy(&value, request.observations.leaf(0).data(), sizeof(value));
      asked_.push_back(value);
      EXPECT_EQ(request.horizon, 4);
      return status_;
    };
    options_.execution_horizon = 4;
  }

  std::vector<int64_t> asked_;
  absl::Status status_;
  SessionOptions options_;
};

TEST_F(PrefetchSessionTest, PredictionsAreMadeWhenThatManyActionsAreLeft) {
  env_.episode_steps = 10;
  for (const int lead : {0, 1, 2, 3}) {
    options_.prefetch_lead = lead;
    asked_.clear();
    env_.actions.clear();
    auto session = Create(options_);
    RLMESH_ASSERT_OK(session->Reset(7));
    while (!session->done()) RLMESH_ASSERT_OK(session->Advance());
    RLMESH_ASSERT_OK(session->Close());
    session.reset();
    // Each chunk is done in full, whatever the age of what it came from.
    EXPECT_THAT(env_.actions, ElementsAre(0, 1, 2, 3, 0, 1, 2, 3, 0, 1));
    ASSERT_GE(asked_.size(), 3);
    EXPECT_EQ(asked_[0], 0);
    EXPECT_EQ(asked_[1], 4 - lead);
    EXPECT_EQ(asked_[2], 8 - lead);
  }
}

TEST_F(PrefetchSessionTest, OneThatOutlivesItsEpisodeIsDropped) {
  env_.episode_steps = 4;
  options_.prefetch_lead = 1;
  auto session = Create(options_);
  for (int episode = 0; episode < 3; ++episode) {
    RLMESH_ASSERT_OK(session->Reset(7));
    while (!session->done()) RLMESH_ASSERT_OK(session->Advance());
  }
  RLMESH_ASSERT_OK(session->Close());
  EXPECT_THAT(asked_, ElementsAre(0, 3, 0, 3, 0, 3));
  EXPECT_THAT(env_.actions, SizeIs(12));
}

TEST_F(PrefetchSessionTest, AFaultIsToldWhenTheActionsAreNeeded) {
  env_.episode_steps = 10;
  options_.prefetch_lead = 3;
  auto session = Create(options_);
  RLMESH_ASSERT_OK(session->Reset(7));
  RLMESH_ASSERT_OK(session->Advance());
  status_ = absl::InternalError("boom");
  for (int i = 0; i < 3; ++i) RLMESH_ASSERT_OK(session->Advance());
  EXPECT_THAT(session->Advance(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("model: boom")));
  EXPECT_EQ(session->faulty(), Side::kModel);
}

TEST_F(PrefetchSessionTest, TheLeadIsLessThanTheHorizon) {
  for (const int lead : {-1, 4}) {
    options_.prefetch_lead = lead;
    EXPECT_THAT(Session::Create(&env_, &model_, options_),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("prefetch_lead"), HasSubstr("(4)"))));
  }
}

TEST_F(SessionTest, TrialsAreToldToEnvironmentsThatWantToKnow) {
  {
    auto session = Create();
    RLMESH_ASSERT_OK(session->Reset(7, /*trial=*/3));
  }
  spaces::v1::MetaMap metadata;
  *(*metadata.mutable_entries())["rlmesh.env.v1.reset_options"]
       .mutable_list()
       ->add_items() = MetaText("trial_index");
  env_.fake_contract.metadata = SerializeMeta(metadata);
  auto session = Create();
  RLMESH_ASSERT_OK(session->Reset(7));
  RLMESH_ASSERT_OK(session->Reset(7, /*trial=*/3));
  ASSERT_THAT(env_.options, SizeIs(3));
  EXPECT_THAT(env_.options[0], IsEmpty());
  EXPECT_THAT(env_.options[1], IsEmpty());
  auto told = ParseMeta(env_.options[2]);
  RLMESH_ASSERT_OK(told);
  EXPECT_EQ(told->entries().at("trial_index").integer(), 3);
}

TEST_F(SessionTest, StepAndPredictNeedAnEpisodeThatRuns) {
  auto session = Create();
  EXPECT_THAT(session->Advance(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("call Reset first")));
  RLMESH_ASSERT_OK(session->Reset({}));
  while (!session->done()) RLMESH_ASSERT_OK(session->Advance());
  EXPECT_THAT(session->Advance(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(env_.actions, SizeIs(5));
  RLMESH_EXPECT_OK(session->Reset({}));
}

TEST_F(SessionTest, RefusedActionMayBeFollowedByAnother) {
  auto session = Create();
  RLMESH_ASSERT_OK(session->Reset({}));
  ValueView action;
  RLMESH_ASSERT_OK(session->Predict(&action));
  env_.on_step = [] {
    absl::Status refused = absl::InvalidArgumentError("$: value 9");
    ErrorDetails details;
    details.recoverable = true;
    SetErrorDetails(details, &refused);
    return refused;
  };
  EXPECT_THAT(session->Step(action),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("environment"), HasSubstr("value 9"))));
  env_.on_step = nullptr;
  RLMESH_EXPECT_OK(session->Step(action));
  EXPECT_EQ(session->steps(), 1);
}

TEST_F(SessionTest, FaultsNameTheSideAndResetGoesOn) {
  auto session = Create();
  RLMESH_ASSERT_OK(session->Reset({}));
  env_.on_step = [] {
    absl::Status failed = absl::InternalError("RuntimeError: boom");
    ErrorDetails details;
    details.recoverable = true;
    details.exception_type = "RuntimeError";
    SetErrorDetails(details, &failed);
    return failed;
  };
  absl::Status s = session->Advance();
  EXPECT_THAT(s, StatusIs(absl::StatusCode::kInternal,
                          AllOf(HasSubstr("environment"), HasSubstr("boom"))));
  EXPECT_EQ(GetErrorDetails(s).exception_type, "RuntimeError");
  env_.on_step = nullptr;
  EXPECT_THAT(session->Advance(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  RLMESH_ASSERT_OK(session->Reset({}));

  model_.on_predict = [](const PredictRequest&) {
    return absl::InternalError("ValueError: no");
  };
  EXPECT_THAT(session->Advance(),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("model"), HasSubstr("no"))));
}

TEST_F(SessionTest, PassesTimeoutsAndCountsStepsAcrossEpisodes) {
  SessionOptions options;
  options.predict_timeout = absl::Seconds(3);
  std::vector<int64_t> steps;
  model_.on_predict = [&](const PredictRequest& request) {
    EXPECT_EQ(request.timeout, absl::Seconds(3));
    steps.push_back(request.step.value_or(-1));
    return absl::OkStatus();
  };
  auto session = Session::Create(&env_, &model_, options);
  RLMESH_ASSERT_OK(session);
  for (int episode = 0; episode < 2; ++episode) {
    RLMESH_ASSERT_OK((*session)->Reset({}));
    RLMESH_ASSERT_OK((*session)->Advance());
    RLMESH_ASSERT_OK((*session)->Advance());
  }
  EXPECT_THAT(steps, ElementsAre(0, 1, 2, 3));
}

TEST_F(SessionTest, RefusesWhatItCannotPlay) {
  env_.fake_contract.num_envs = 4;
  EXPECT_THAT(Session::Create(&env_, &model_, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("Fake-v0"), HasSubstr("4 lanes"))));
  env_.fake_contract.num_envs = 1;
  model_.on_open = [](const EnvContract&) {
    return absl::InvalidArgumentError("wants images");
  };
  EXPECT_THAT(Session::Create(&env_, &model_, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("model"), HasSubstr("wants images"))));
  SessionOptions options;
  options.step_timeout = absl::ZeroDuration();
  EXPECT_THAT(
      Session::Create(&env_, &model_, options),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("step_timeout")));
}

}  // namespace
}  // namespace rlmesh
