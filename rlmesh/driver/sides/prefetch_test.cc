// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/sides/prefetch.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/model/testing/fake_model.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/spaces/testing/discrete_space.h"

namespace rlmesh {
namespace {

using ::testing::SizeIs;

class PrefetchTest : public ::testing::Test {
 protected:
  PrefetchTest() {
    EnvContract contract;
    contract.id = "Test-v0";
    contract.action_space = DiscreteSpace(4);
    EXPECT_THAT(model_.Open("r", contract), IsOk());
    model_.frames = 2;
  }

  void Start(Prefetch* prefetch, const std::string& id) {
    ValueBuffer observation(DiscreteSpace(10), 1);
    observation.Set<int64_t>(0, 0, 7);
    const std::vector<EpisodeRow> rows = {{id, 5}};
    PredictRequest request;
    request.route = "r";
    request.observations = observation.view();
    request.episodes = rows;
    prefetch->Start(request);
  }

  FakeModel model_;
};

TEST_F(PrefetchTest, PredictsBesideItsCallerFromCopies) {
  absl::Notification stepped;
  model_.on_predict = [&stepped](const PredictRequest& request) {
    EXPECT_TRUE(stepped.WaitForNotificationWithTimeout(absl::Seconds(60)));
    EXPECT_EQ(request.observations.leaf(0)[0], 7);
    EXPECT_EQ(request.episodes[0].episode_id, "e1");
    return absl::OkStatus();
  };
  Prefetch prefetch(&model_);
  EXPECT_FALSE(prefetch.is_pending());
  Start(&prefetch, "e1");
  EXPECT_TRUE(prefetch.is_pending());
  stepped.Notify();
  Prediction prediction;
  RLMESH_ASSERT_OK(prefetch.Take(&prediction));
  EXPECT_THAT(prediction.frames, SizeIs(2));
  EXPECT_FALSE(prefetch.is_pending());
}

TEST_F(PrefetchTest, TellsErrorsToWhoTakes) {
  model_.on_predict = [](const PredictRequest&) {
    return absl::InternalError("boom");
  };
  Prefetch prefetch(&model_);
  Start(&prefetch, "e1");
  Prediction prediction;
  EXPECT_THAT(prefetch.Take(&prediction),
              StatusIs(absl::StatusCode::kInternal, "boom"));
  model_.on_predict = nullptr;
  Start(&prefetch, "e2");
  RLMESH_EXPECT_OK(prefetch.Take(&prediction));
}

TEST_F(PrefetchTest, WhatNobodyWantsIsWaitedFor) {
  {
    Prefetch prefetch(&model_);
    Start(&prefetch, "e1");
    prefetch.Drop();
    EXPECT_FALSE(prefetch.is_pending());
    EXPECT_THAT(model_.calls(), SizeIs(2));
    Start(&prefetch, "e2");
  }
  EXPECT_THAT(model_.calls(), SizeIs(3));
}

}  // namespace
}  // namespace rlmesh
