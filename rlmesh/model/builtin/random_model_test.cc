// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/builtin/random_model.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/testing/discrete_space.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

EnvContract DiscreteContract(int64_t n) {
  EnvContract contract;
  contract.id = "Test-v0";
  contract.action_space = DiscreteSpace(n);
  return contract;
}

// The bytes of the actions that `model` chooses for `rows`.
std::string Act(const std::vector<EpisodeRow>& rows, RandomModel* model,
                absl::string_view route = "r") {
  PredictRequest request;
  request.route = route;
  request.episodes = rows;
  Prediction prediction;
  absl::Status s = model->Predict(request, &prediction);
  EXPECT_THAT(s, IsOk());
  if (!s.ok()) return "";
  EXPECT_EQ(prediction.frames.size(), 1);
  return std::string(prediction.frames[0].leaf(0));
}

std::string Act(const std::vector<EpisodeRow>& rows, int steps,
                RandomModel* model, absl::string_view route = "r") {
  std::string all;
  for (int i = 0; i < steps; ++i) all += Act(rows, model, route);
  return all;
}

TEST(RandomModelTest, SeededEpisodeIsTheSameWhateverRunsBesideIt) {
  const EnvContract contract = DiscreteContract(1000);
  RandomModel alone(1), busy(2);
  RLMESH_ASSERT_OK(alone.Open("r", contract));
  RLMESH_ASSERT_OK(busy.Open("other", contract));
  const std::string expected = Act({{"a", 7}}, 20, &alone);

  Act({{"x", 1}, {"y", 2}}, 3, &busy, "other");
  std::string actual;
  for (int i = 0; i < 20; ++i) {
    // Beside another episode, in the second row, under another id.
    actual += Act({{"z", 9}, {"b", 7}}, &busy, "other").substr(8);
  }
  EXPECT_EQ(actual, expected);
}

TEST(RandomModelTest, DifferentSeedsDiffer) {
  RandomModel model(1);
  RLMESH_ASSERT_OK(model.Open("r", DiscreteContract(1000)));
  EXPECT_NE(Act({{"a", 7}}, 20, &model), Act({{"b", 8}}, 20, &model));
}

TEST(RandomModelTest, UnseededEpisodesDifferByIdAndByModel) {
  const EnvContract contract = DiscreteContract(1000);
  RandomModel one(1), same(1), other(2);
  RLMESH_ASSERT_OK(one.Open("r", contract));
  RLMESH_ASSERT_OK(same.Open("r", contract));
  RLMESH_ASSERT_OK(other.Open("r", contract));
  const std::string a = Act({{"a", {}}}, 20, &one);
  EXPECT_EQ(a, Act({{"a", {}}}, 20, &same));
  EXPECT_NE(a, Act({{"b", {}}}, 20, &one));
  EXPECT_NE(a, Act({{"a", {}}}, 20, &other));
}

TEST(RandomModelTest, ResetForgetsNamedEpisodesOnly) {
  RandomModel model(1);
  RLMESH_ASSERT_OK(model.Open("r", DiscreteContract(1000)));
  const std::string a = Act({{"a", 1}}, 10, &model);
  const std::string b = Act({{"b", 2}}, 10, &model);
  const std::vector<std::string> ids = {"a", "unknown"};
  RLMESH_ASSERT_OK(model.Reset("r", ids));
  EXPECT_EQ(Act({{"a", 1}}, 10, &model), a);
  EXPECT_NE(Act({{"b", 2}}, 10, &model), b);
  RLMESH_ASSERT_OK(model.Reset("r", {}));
  EXPECT_EQ(Act({{"b", 2}}, 10, &model), b);
}

TEST(RandomModelTest, ActionsAreOfTheSpaceForAnyNumberOfRows) {
  const EnvContract contract = DiscreteContract(3);
  RandomModel model(1);
  RLMESH_ASSERT_OK(model.Open("r", contract));
  for (int rows = 1; rows <= 5; ++rows) {
    PredictRequest request;
    std::vector<EpisodeRow> episodes;
    for (int i = 0; i < rows; ++i) {
      episodes.push_back({absl::StrCat("e", i), {}});
    }
    request.route = "r";
    request.episodes = episodes;
    Prediction prediction;
    RLMESH_ASSERT_OK(model.Predict(request, &prediction));
    RLMESH_EXPECT_OK(CheckValue(contract.action_space, prediction.frames[0],
                                rows, ValidationPolicy::kStrict, nullptr));
  }
}

TEST(RandomModelTest, UnknownRouteIsNotFound) {
  RandomModel model(1);
  PredictRequest request;
  std::vector<EpisodeRow> rows = {{"a", {}}};
  request.route = "nowhere";
  request.episodes = rows;
  Prediction prediction;
  EXPECT_THAT(model.Predict(request, &prediction),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"nowhere\"")));
  RLMESH_ASSERT_OK(model.Open("nowhere", DiscreteContract(2)));
  RLMESH_ASSERT_OK(model.CloseRoute("nowhere"));
  RLMESH_ASSERT_OK(model.CloseRoute("nowhere"));
  EXPECT_THAT(model.Predict(request, &prediction),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(RandomModelTest, HoldsABoundedNumberOfEpisodes) {
  RandomModel model(1);
  RLMESH_ASSERT_OK(model.Open("r", DiscreteContract(2)));
  std::vector<EpisodeRow> rows;
  for (size_t i = 0; i < RandomModel::kMaxEpisodes; ++i) {
    rows.push_back({absl::StrCat(i), {}});
  }
  Act(rows, &model);
  PredictRequest request;
  std::vector<EpisodeRow> one_more = {{"more", {}}};
  request.route = "r";
  request.episodes = one_more;
  Prediction prediction;
  EXPECT_THAT(
      model.Predict(request, &prediction),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("65536")));
  RLMESH_ASSERT_OK(model.Reset("r", {}));
  RLMESH_EXPECT_OK(model.Predict(request, &prediction));
}

TEST(RandomModelTest, RefusesTextsLargerThanAMessage) {
  EnvContract contract;
  contract.id = "Test-v0";
  spaces::v1::SpaceSpec text;
  text.mutable_text()->set_min_length(20000000);
  text.mutable_text()->set_max_length(20000000);
  text.set_dtype(spaces::v1::DATA_TYPE_UINT8);
  contract.action_space = SpaceSpec::FromProto(text).value();
  RandomModel model(1);
  RLMESH_ASSERT_OK(model.Open("r", contract));
  std::vector<EpisodeRow> rows;
  for (int i = 0; i < 200; ++i) rows.push_back({absl::StrCat(i), {}});
  PredictRequest request;
  request.route = "r";
  request.episodes = rows;
  Prediction prediction;
  EXPECT_THAT(model.Predict(request, &prediction),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("larger than a message may be")));
}

}  // namespace
}  // namespace rlmesh
