// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/builtin/policy.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/testing/discrete_space.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

EnvContract ThreeActions() {
  EnvContract contract;
  contract.id = "Test-v0";
  contract.action_space = DiscreteSpace(3);
  return contract;
}

std::vector<int64_t> Act(const std::vector<EpisodeRow>& rows, Model* model) {
  PredictRequest request;
  request.route = "r";
  request.episodes = rows;
  Prediction prediction;
  EXPECT_THAT(model->Predict(request, &prediction), IsOk());
  if (prediction.frames.empty()) return {};
  absl::string_view leaf = prediction.frames[0].leaf(0);
  std::vector<int64_t> actions(leaf.size() / 8);
  std::memcpy(actions.data(), leaf.data(), leaf.size());
  return actions;
}

TEST(PolicyTest, ReadsItsThreeForms) {
  auto random = Policy::Parse("random");
  RLMESH_ASSERT_OK(random);
  EXPECT_EQ(random->kind, Policy::Kind::kRandom);
  auto constant = Policy::Parse("constant:[0.5, -1]");
  RLMESH_ASSERT_OK(constant);
  EXPECT_EQ(constant->kind, Policy::Kind::kConstant);
  EXPECT_EQ(constant->text, "[0.5, -1]");
  auto remote = Policy::Parse("127.0.0.1:50052");
  RLMESH_ASSERT_OK(remote);
  EXPECT_EQ(remote->kind, Policy::Kind::kRemote);
  EXPECT_EQ(remote->text, "tcp://127.0.0.1:50052");
}

TEST(PolicyTest, RefusesOtherTextsAndSaysWhatIsAllowed) {
  EXPECT_THAT(Policy::Parse("rando"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"rando\""), HasSubstr("random"),
                             HasSubstr("constant:VALUE"))));
  EXPECT_THAT(Policy::Parse(""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Policy::Parse("constant:"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("constant:1")));
  EXPECT_THAT(Policy::Parse("https://x:1"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(PolicyTest, ConstantIsTheSameForEveryRow) {
  auto model = MakeBuiltinModel(*Policy::Parse("constant:2"), 1);
  RLMESH_ASSERT_OK(model->Open("r", ThreeActions()));
  EXPECT_THAT(Act({{"a", {}}}, model.get()), ElementsAre(2));
  EXPECT_THAT(Act({{"a", {}}, {"b", 1}, {"c", {}}}, model.get()),
              ElementsAre(2, 2, 2));
  RLMESH_EXPECT_OK(model->Reset("r", {}));
  RLMESH_EXPECT_OK(model->CloseRoute("r"));
  Prediction prediction;
  PredictRequest request;
  request.route = "r";
  EXPECT_THAT(model->Predict(request, &prediction),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"r\"")));
}

TEST(PolicyTest, ConstantThatDoesNotFitIsRefusedAtOpen) {
  auto model = MakeBuiltinModel(*Policy::Parse("constant:3"), 1);
  EXPECT_THAT(model->Open("r", ThreeActions()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("constant action 3"),
                             HasSubstr("Test-v0"), HasSubstr("[0, 3)"))));
}

TEST(PolicyTest, RandomIsRandom) {
  auto model = MakeBuiltinModel(*Policy::Parse("random"), 1);
  RLMESH_ASSERT_OK(model->Open("r", ThreeActions()));
  bool seen[3] = {};
  for (int i = 0; i < 100; ++i) {
    const std::vector<int64_t> actions = Act({{"a", 5}}, model.get());
    ASSERT_EQ(actions.size(), 1);
    seen[actions[0]] = true;
  }
  EXPECT_TRUE(seen[0] && seen[1] && seen[2]);
}

}  // namespace
}  // namespace rlmesh
