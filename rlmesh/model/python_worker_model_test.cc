// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Policies that behave: corners, contexts, hooks, values.

#include "rlmesh/model/python_worker_model.h"

#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/model/route_memory.h"
#include "rlmesh/model/testing/policy_driver.h"
#include "rlmesh/spaces/sampler.h"
#include "rlmesh/spaces/testing/random_space.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(PythonWorkerModelTest, FunctionActs) {
  PolicyDriver policy("policies:function");
  EXPECT_THAT(policy.Act(2.5), IsOkAndHolds(1));
  EXPECT_THAT(policy.Act(-2.5), IsOkAndHolds(0));
  EXPECT_EQ(policy.model()->info().name, "builtins.function");
  EXPECT_EQ(policy.model()->info().corners, "predict");
}

TEST(PythonWorkerModelTest, ObservationsAreArraysWhereThereIsNumPyElseLists) {
  PolicyDriver with("policies:function", nullptr, /*plain=*/false);
  EXPECT_THAT(with.model()->info().values, StartsWith("NumPy "));
  PolicyDriver without("policies:function");
  EXPECT_EQ(without.model()->info().values, "lists");
  EXPECT_THAT(without.Act(2.5), IsOkAndHolds(1));
}

TEST(PythonWorkerModelTest, KwargsGoToLoadOrToTheClass) {
  const auto kwargs = [](const std::string& text) {
    return [text](PythonModelOptions* options) { options->kwargs = text; };
  };
  PolicyDriver loads("policies:Loads", kwargs("{\"number\": 4, \"scale\": 3}"));
  EXPECT_THAT(loads.Act(0), IsOkAndHolds(12));
  EXPECT_THAT(loads.Act(0), IsOkAndHolds(12));
  PolicyDriver made("policies:Constructed", kwargs("{\"number\": 6}"));
  EXPECT_THAT(made.Act(0), IsOkAndHolds(6));
  PolicyDriver plain("policies:Constructed");
  EXPECT_THAT(plain.Act(0), IsOkAndHolds(5));
  PolicyDriver instance("policies:INSTANCE");
  EXPECT_THAT(instance.Act(0), IsOkAndHolds(7));
}

TEST(PythonWorkerModelTest, ContextCountsThePredictsOfAnEpisode) {
  PolicyDriver policy("policies:second");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(policy.Act(0, "a"), IsOkAndHolds(i));
  }
  EXPECT_THAT(policy.Act(0, "b"), IsOkAndHolds(0));
  // The same id on another route is another episode.
  EXPECT_THAT(policy.Act(0, "a", {}, "other"), IsOkAndHolds(0));
  EXPECT_THAT(policy.Act(0, "a"), IsOkAndHolds(3));
}

TEST(PythonWorkerModelTest, PredictSeedIsThePublishedOne) {
  PolicyDriver policy("policies:seeded");
  EXPECT_THAT(policy.Act(0, "five", 5), IsOkAndHolds(4240517498));
  EXPECT_THAT(policy.Act(0, "five", 5), IsOkAndHolds(129004443));
  RLMESH_EXPECT_OK(policy.Act(0, "one", 1));
  RLMESH_EXPECT_OK(policy.Act(0, "one", 1));
  EXPECT_THAT(policy.Act(0, "one", 1), IsOkAndHolds(1517661036));
  EXPECT_THAT(policy.Act(0, "none"), IsOkAndHolds(-1));
}

TEST(PythonWorkerModelTest, StateLivesAsLongAsTheEpisode) {
  PolicyDriver policy("policies:Counts");
  EXPECT_THAT(policy.Act(0, "a"), IsOkAndHolds(1));
  EXPECT_THAT(policy.Act(0, "a"), IsOkAndHolds(2));
  EXPECT_THAT(policy.Act(0, "b"), IsOkAndHolds(1));
  const std::vector<std::string> ended = {"a"};
  RLMESH_EXPECT_OK(policy.model()->Reset("r", ended));
  EXPECT_THAT(policy.Act(0, "a"), IsOkAndHolds(101));
  EXPECT_THAT(policy.Act(0, "b"), IsOkAndHolds(102));
  // All of them, without a word to the policy.
  RLMESH_EXPECT_OK(policy.model()->Reset("r", {}));
  EXPECT_THAT(policy.Act(0, "b"), IsOkAndHolds(101));
}

TEST(PythonWorkerModelTest, EpisodesOfAContextAreBounded) {
  PolicyDriver policy("policies:Counts", [](PythonModelOptions* options) {
    options->episode_capacity = 2;
  });
  EXPECT_THAT(policy.Act(0, "a"), IsOkAndHolds(1));
  EXPECT_THAT(policy.Act(0, "a", {}, "other"), IsOkAndHolds(1));
  EXPECT_THAT(policy.Act(0, "b"),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(StartsWith("RuntimeError: "),
                             HasSubstr("RLMESH_EPISODE_CAPACITY"))));
  EXPECT_THAT(policy.Act(0, "a"), IsOkAndHolds(2));  // nothing is evicted
  RLMESH_EXPECT_OK(policy.model()->CloseRoute("other"));
  EXPECT_THAT(policy.Act(0, "b"), IsOkAndHolds(101));
  // Who does not look at contexts holds none.
  PolicyDriver plain("policies:function", [](PythonModelOptions* options) {
    options->episode_capacity = 1;
  });
  EXPECT_THAT(plain.Act(1, "a"), IsOkAndHolds(1));
  EXPECT_THAT(plain.Act(1, "b"), IsOkAndHolds(1));
}

TEST(PythonWorkerModelTest, HooksAreCalledInOrder) {
  auto folder = TempDir::Create("policy");
  RLMESH_ASSERT_OK(folder);
  const std::string path = absl::StrCat(folder->path(), "/told");
  {
    PolicyDriver policy("policies:Tells", [&path](PythonModelOptions* options) {
      options->kwargs = absl::StrCat("{\"path\": \"", path, "\"}");
    });
    RLMESH_EXPECT_OK(policy.Act(0, "a"));
    const std::vector<std::string> ended = {"a", "unknown"};
    RLMESH_EXPECT_OK(policy.model()->Reset("r", ended));
    RLMESH_EXPECT_OK(policy.Act(0, "b"));
    RLMESH_EXPECT_OK(policy.model()->CloseRoute("r"));
    RLMESH_EXPECT_OK(policy.model()->CloseRoute("r"));
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(),
            "load\npredict\nend a\nend unknown\npredict\nend b\nclose\n");
}

TEST(PythonWorkerModelTest, RowsGoToTheBatchedCornerOrOneByOne) {
  for (const bool plain : {false, true}) {
    PolicyDriver batch("policies:Batch", nullptr, plain);
    EXPECT_THAT(batch.ActRows({1, 2, 3}), IsOkAndHolds(ElementsAre(3, 3, 3)));
    EXPECT_THAT(batch.ActRows({1}), IsOkAndHolds(ElementsAre(1)));
    EXPECT_THAT(batch.ActRows(std::vector<float>(100)),
                IsOkAndHolds(::testing::Each(100)));
    PolicyDriver single("policies:function", nullptr, plain);
    EXPECT_THAT(single.ActRows({1, -2, 3}), IsOkAndHolds(ElementsAre(1, 0, 1)));
  }
  PolicyDriver counts("policies:Counts");
  EXPECT_THAT(counts.ActRows({1, 2}), IsOkAndHolds(ElementsAre(1, 1)));
  EXPECT_THAT(counts.ActRows({1, 2, 3}), IsOkAndHolds(ElementsAre(2, 2, 1)));
}

TEST(PythonWorkerModelTest, CornersAreChosenAsPublished) {
  PolicyDriver policy("policies:AllCorners");
  EXPECT_THAT(policy.ActRows({1}), IsOkAndHolds(ElementsAre(0)));
  EXPECT_THAT(policy.ActRows({1, 2}), IsOkAndHolds(ElementsAre(1, 1)));
  EXPECT_THAT(policy.ActRows({1}, 8), IsOkAndHolds(ElementsAre(2)));
  EXPECT_THAT(policy.ActRows({1, 2}, 8), IsOkAndHolds(ElementsAre(3, 3)));
}

TEST(PythonWorkerModelTest, ChunksAreCutToTheHorizon) {
  PolicyDriver chunks("policies:Chunks");
  EXPECT_THAT(chunks.ActChunk(2), IsOkAndHolds(ElementsAre(0, 1)));
  EXPECT_THAT(chunks.ActChunk(1), IsOkAndHolds(ElementsAre(0)));
  EXPECT_THAT(chunks.ActChunk(5), IsOkAndHolds(ElementsAre(0, 1, 2)));
  PolicyDriver horizon("policies:Horizon");
  EXPECT_THAT(horizon.ActChunk(2), IsOkAndHolds(ElementsAre(2, 2)));
  EXPECT_THAT(horizon.ActChunk(1), IsOkAndHolds(ElementsAre(1)));
  PolicyDriver keyword("policies:KeywordHorizon");
  EXPECT_THAT(keyword.ActChunk(3), IsOkAndHolds(ElementsAre(3, 3, 3)));
  PolicyDriver rows("policies:ChunkBatch");
  EXPECT_THAT(rows.ActChunk(3), IsOkAndHolds(ElementsAre(0, 1, 2)));
  EXPECT_THAT(rows.ActRows({0, 0}, 3), IsOkAndHolds(ElementsAre(0, 10)));
  // Without a chunk corner one action is all there is.
  PolicyDriver none("policies:function");
  EXPECT_THAT(none.ActChunk(4), IsOkAndHolds(ElementsAre(0)));
}

TEST(PythonWorkerModelTest, NativeChunkIsDeclaredAndHeld) {
  PolicyDriver native("policies:Native");
  EXPECT_EQ(native.model()->native_chunk(), 3u);
  EXPECT_THAT(native.ActChunk(2), IsOkAndHolds(ElementsAre(0, 1)));
  PolicyDriver wrong("policies:WrongNative");
  EXPECT_THAT(wrong.ActChunk(2),
              StatusIs(absl::StatusCode::kInternal,
                       HasSubstr("native_chunk=4 but its chunk has 3 frames")));
}

// Any space, as it would come and go.
TEST(PythonWorkerModelTest, EveryValueComesBackAsItWent) {
  for (const bool plain : {false, true}) {
    PolicyDriver policy("policies:echo", nullptr, plain);
    Random random(plain ? 7 : 8);
    for (int i = 0; i < 60; ++i) {
      EnvContract contract;
      contract.id = "Test-v0";
      contract.observation_space =
          SpaceSpec::FromProto(RandomSpace(&random)).value();
      contract.action_space = contract.observation_space;
      policy.Open(contract);
      const int rows = 1 + i % 3;
      std::vector<Random> randoms;
      for (int k = 0; k < rows; ++k) randoms.emplace_back(random(), k);
      std::vector<Random*> pointers;
      for (Random& each : randoms) pointers.push_back(&each);
      ValueBuffer value;
      if (!SampleLanes(contract.action_space, pointers, &value).ok()) continue;
      std::vector<std::string> leaves;
      for (absl::string_view leaf : value.view().leaves()) {
        leaves.emplace_back(leaf);
      }
      auto echoed = policy.Echo(leaves, rows);
      RLMESH_ASSERT_OK(echoed) << contract.action_space.ToString();
      EXPECT_EQ(*echoed, leaves) << contract.action_space.ToString();
    }
  }
}

TEST(PythonWorkerModelTest, StackedLeavesComeAndGo) {
  PolicyDriver policy("policies:BatchArrays", nullptr, /*plain=*/false);
  EnvContract contract = PolicyContract();
  contract.action_space = contract.observation_space;
  policy.Open(contract);
  const float in[] = {1, 2, 3};
  const float out[] = {2, 4, 6};
  auto doubled =
      policy.Echo({std::string(reinterpret_cast<const char*>(in), 12)}, 3);
  EXPECT_THAT(doubled, IsOkAndHolds(ElementsAre(std::string(
                           reinterpret_cast<const char*>(out), 12))));
}

TEST(PythonWorkerModelTest, RoutesHaveTheirOwnSpaces) {
  PolicyDriver policy("policies:echo");
  EnvContract wide = PolicyContract();
  wide.observation_space = wide.action_space = FloatBox(1000);
  policy.Open(wide, "r");
  EnvContract narrow = PolicyContract();
  narrow.observation_space = narrow.action_space;
  policy.Open(narrow, "other");
  const std::string values(4000, '\1');
  EXPECT_THAT(policy.Echo({values}), IsOkAndHolds(ElementsAre(values)));
  // A second Open replaces the first.
  policy.Open(narrow, "r");
  EXPECT_THAT(policy.Echo({std::string(8, '\0')}),
              IsOkAndHolds(ElementsAre(std::string(8, '\0'))));
  EXPECT_THAT(policy.Echo({values}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("got 4000 bytes, expected 1 lanes * 8")));
}

TEST(PythonWorkerModelTest, SharedMemoryOfAllRoutesIsBounded) {
  PolicyDriver policy("policies:function", [](PythonModelOptions* options) {
    options->max_shared_bytes = 1000;
  });
  RLMESH_EXPECT_OK(policy.Act(0, "e", {}, "a"));
  RLMESH_EXPECT_OK(policy.Act(0, "e", {}, "b"));
  absl::Status full;
  std::string route = "c";
  while (full.ok() && route.size() < 20) {
    full = policy.Act(0, "e", {}, route += "c").status();
  }
  EXPECT_THAT(full, StatusIs(absl::StatusCode::kResourceExhausted,
                             HasSubstr("at most 1000")));
  RLMESH_EXPECT_OK(policy.model()->CloseRoute("a"));
  RLMESH_EXPECT_OK(policy.Act(0, "e", {}, route));
}

TEST(PythonWorkerModelTest, CallsOfManyThreadsComeOneAtATime) {
  PolicyDriver policy("policies:second");
  for (const char* route : {"a", "b", "c", "d"}) {
    policy.Open(PolicyContract(), route);
  }
  std::vector<std::thread> threads;
  for (const std::string route : {"a", "b", "c", "d"}) {
    threads.emplace_back([&policy, route] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_THAT(policy.Act(0, "e", {}, route), IsOkAndHolds(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(PythonWorkerModelTest, UnknownRoutesAreNotFound) {
  PolicyDriver policy("policies:function");
  PredictRequest request;
  request.route = "nowhere";
  Prediction prediction;
  EXPECT_THAT(policy.model()->Predict(request, &prediction),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere")));
  const std::vector<std::string> ids = {"e"};
  RLMESH_EXPECT_OK(policy.model()->Reset("nowhere", ids));
  RLMESH_EXPECT_OK(policy.model()->CloseRoute("nowhere"));
}

struct Fused {
  std::vector<absl::Status> statuses;
  std::vector<int64_t> actions;  // of what went well
};

// One row on each of three routes, at once.
Fused PredictThree(PolicyDriver* policy, std::vector<float> observations) {
  const std::vector<std::string> names = {"a", "b", "c"};
  std::vector<std::string> bytes(3);
  std::vector<absl::string_view> leaves(3);
  const std::vector<EpisodeRow> rows = {{"e", {}}};
  std::vector<PredictRequest> requests(3);
  std::vector<Prediction> predictions(3);
  std::vector<Prediction*> pointers;
  for (int i = 0; i < 3; ++i) {
    policy->Open(PolicyContract(), names[i]);
    bytes[i].assign(reinterpret_cast<const char*>(&observations[i]), 4);
    leaves[i] = bytes[i];
    requests[i].route = names[i];
    requests[i].observations = ValueView(absl::MakeSpan(&leaves[i], 1));
    requests[i].episodes = rows;
    pointers.push_back(&predictions[i]);
  }
  Fused fused;
  fused.statuses.resize(3);
  policy->model()->PredictAll(requests, pointers,
                              absl::MakeSpan(fused.statuses));
  for (int i = 0; i < 3; ++i) {
    if (!fused.statuses[i].ok()) continue;
    int64_t action;
    std::memcpy(&action, predictions[i].frames[0].leaf(0).data(), 8);
    fused.actions.push_back(action);
  }
  return fused;
}

TEST(PythonWorkerModelTest, RequestsOfRoutesAreFusedWhereTheBatchIsTheCorner) {
  for (const bool plain : {false, true}) {
    PolicyDriver batch("policies:Batch", nullptr, plain);
    EXPECT_THAT(PredictThree(&batch, {1, 2, 3}).actions, ElementsAre(3, 3, 3));
  }
  PolicyDriver unfused("policies:Unfused");
  EXPECT_THAT(PredictThree(&unfused, {1, 2, 3}).actions, ElementsAre(1, 1, 1));
  PolicyDriver both("policies:AllCorners");
  EXPECT_THAT(PredictThree(&both, {1, 2, 3}).actions, ElementsAre(0, 0, 0));
}

TEST(PythonWorkerModelTest, OneRouteThatDoesNotFitSinksNoOther) {
  const EnvContract contract = PolicyContract();
  const auto bytes = RouteMemory::SizeOf(contract.observation_space,
                                         contract.action_space, /*rows=*/1,
                                         /*frames=*/1);
  RLMESH_ASSERT_OK(bytes);
  PolicyDriver policy("policies:Batch", [&](PythonModelOptions* options) {
    options->max_shared_bytes = 2 * *bytes;
  });
  const Fused fused = PredictThree(&policy, {1, 2, 3});
  EXPECT_THAT(fused.actions, SizeIs(2));
  EXPECT_THAT(fused.statuses[2],
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(PythonWorkerModelTest, OneBadRequestOfAFusedCallSinksNoOther) {
  PolicyDriver policy("policies:Failing");
  EXPECT_THAT(PredictThree(&policy, {1, 2, 3}).actions, ElementsAre(3, 3, 3));
  const Fused fused = PredictThree(&policy, {1, 9, 3});
  EXPECT_THAT(fused.actions, ElementsAre(1, 1));
  EXPECT_THAT(fused.statuses[1], StatusIs(absl::StatusCode::kInternal,
                                          HasSubstr("ValueError: too much")));
}

}  // namespace
}  // namespace rlmesh
