// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Small requests for large actions: what they may cost, and where.

#include <malloc.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/model/builtin/constant_model.h"
#include "rlmesh/model/builtin/random_model.h"
#include "rlmesh/model/model_session.h"
#include "rlmesh/model/testing/fake_model.h"

namespace {
std::atomic<int64_t> live{0};  // bytes
}  // namespace

void* operator new(size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  live += static_cast<int64_t>(malloc_usable_size(memory));
  return memory;
}
void operator delete(void* memory) noexcept {
  live -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace rlmesh {
namespace {

using model::v1::JoinRequest;
using model::v1::JoinResponse;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int64_t kMiB = int64_t{1} << 20;

// A route whose actions are `bytes` zeros and ones.
JoinRequest Resolve(const std::string& env_id, int64_t bytes) {
  JoinRequest request;
  auto* resolve = request.mutable_resolve_adapter();
  resolve->mutable_context()->set_env_id(env_id);
  resolve->mutable_env_spec()->set_id("Test-v0");
  auto* space = resolve->mutable_env_spec()->mutable_action_space();
  space->set_dtype(spaces::v1::DATA_TYPE_UINT8);
  space->add_shape(bytes);
  space->mutable_box()->set_unbounded(true);
  return request;
}

JoinRequest Predict(const std::string& env_id, int rows = 1) {
  JoinRequest request;
  auto* predict = request.mutable_predict();
  predict->mutable_context()->set_env_id(env_id);
  predict->mutable_context()->set_request_id("inner");
  for (int i = 0; i < rows; ++i) {
    predict->add_episode_info()->set_episode_id(absl::StrCat(i));
  }
  return request;
}

JoinResponse Handle(const JoinRequest& request, ModelSession* session) {
  JoinResponse response;
  session->Handle(request, absl::ZeroDuration(), &response);
  EXPECT_FALSE(response.has_error()) << response.error().message();
  return response;
}

// Four groups that want 400 MiB together; a message holds 256.
JoinResponse AskForTooMuch(FakeModel* model) {
  RouteTable table(model);
  ModelSession session(&table, 1);
  JoinRequest request;
  for (const char* env_id : {"1", "2", "3", "4"}) {
    Handle(Resolve(env_id, 100 * kMiB), &session);
    *request.mutable_grouped_predict()->add_groups() =
        Predict(env_id).predict();
  }
  model->ClearCalls();
  return Handle(request, &session);
}

void ExpectTwoAnswersAndTwoErrors(const JoinResponse& response) {
  const auto& results = response.grouped_predict().results();
  ASSERT_EQ(results.size(), 4);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(results[i].has_error(), i >= 2) << i;
    if (i < 2) continue;
    EXPECT_THAT(results[i].error().message(), HasSubstr("send fewer groups"));
  }
}

TEST(ModelSessionMemoryTest, GroupsThatDoNotFitAreNotAsked) {
  FakeModel model;
  ExpectTwoAnswersAndTwoErrors(AskForTooMuch(&model));
  EXPECT_THAT(model.calls(), SizeIs(2 + 4));  // the routes are closed
}

TEST(ModelSessionMemoryTest, GroupsThatDoNotFitAreNotAskedInline) {
  FakeModel model;
  model.set_inline(true);
  ExpectTwoAnswersAndTwoErrors(AskForTooMuch(&model));
  EXPECT_THAT(model.calls(), SizeIs(2 + 4));
}

// What routes keep once their large actions were sent.
template <class Model>
int64_t KeptBy(Model model) {
  RouteTable table(&model);
  ModelSession session(&table, 1);
  const int64_t before = live;
  for (int i = 0; i < 4; ++i) {
    const std::string env_id = absl::StrCat(i);
    Handle(Resolve(env_id, kMiB), &session);
    EXPECT_EQ(Handle(Predict(env_id, 2), &session)
                  .predict()
                  .actions(0)
                  .leaves(0)
                  .size(),
              2 * kMiB);
  }
  return live - before;
}

TEST(ModelSessionMemoryTest, RoutesDoNotKeepLargeActions) {
  EXPECT_LT(KeptBy(RandomModel(1)), kMiB / 2);
  EXPECT_LT(KeptBy(ConstantModel("1")), kMiB / 2);
}

TEST(ModelSessionMemoryTest, RoutesDoNotKeepManyRows) {
  ConstantModel model("1");
  RouteTable table(&model);
  ModelSession session(&table, 1);
  Handle(Resolve("1", 1), &session);
  JoinRequest request = Predict("1", 20000);
  for (auto& info : *request.mutable_predict()->mutable_episode_info()) {
    info.set_episode_id(info.episode_id() + std::string(200, 'x'));
  }
  const int64_t before = live;
  Handle(request, &session);
  // Refused ones neither.
  request.mutable_predict()->mutable_episode_info(19999)->clear_episode_id();
  JoinResponse response;
  session.Handle(request, absl::ZeroDuration(), &response);
  EXPECT_TRUE(response.has_error());
  response.Clear();
  EXPECT_LT(live - before, kMiB);
}

TEST(ModelSessionMemoryTest, LargeDrawsAreNotInline) {
  RandomModel model(1);
  RouteTable table(&model);
  ModelSession session(&table, 1);
  EXPECT_FALSE(session.MayBlock(Resolve("small", 4)));
  EXPECT_TRUE(session.MayBlock(Resolve("large", 10 * kMiB)));
  Handle(Resolve("small", 4), &session);
  Handle(Resolve("large", 10 * kMiB), &session);

  EXPECT_FALSE(session.MayBlock(Predict("small")));
  EXPECT_FALSE(session.MayBlock(Predict("small", 64)));
  EXPECT_TRUE(session.MayBlock(Predict("small", 65536)));
  EXPECT_TRUE(session.MayBlock(Predict("large")));
  EXPECT_FALSE(session.MayBlock(Predict("unknown")));
  JoinRequest observed = Predict("small");
  observed.mutable_predict()->mutable_observation()->add_leaves(
      std::string(kMiB, 'x'));
  EXPECT_TRUE(session.MayBlock(observed));

  JoinRequest grouped;
  for (int i = 0; i < 8; ++i) {
    *grouped.mutable_grouped_predict()->add_groups() =
        Predict("small", 300).predict();
    EXPECT_EQ(session.MayBlock(grouped), i >= 3) << i;
  }
}

TEST(ModelSessionMemoryTest, WhoWaitsForARouteIsNotInline) {
  FakeModel model;
  model.set_inline(true);
  RouteTable table(&model);
  ModelSession session(&table, 1), other(&table, 2);
  Handle(Resolve("1", 4), &session);
  absl::Notification begun, go_on;
  model.on_predict = [&](const PredictRequest&) {
    begun.Notify();
    go_on.WaitForNotification();
    return absl::OkStatus();
  };
  std::thread slow([&] { Handle(Predict("1"), &other); });
  begun.WaitForNotification();
  JoinRequest grouped, reset, release;
  *grouped.mutable_grouped_predict()->add_groups() = Predict("1").predict();
  reset.mutable_reset_adapter()->mutable_context()->set_env_id("1");
  release.mutable_release_adapter()->mutable_context()->set_env_id("1");
  for (const JoinRequest& request :
       {Predict("1"), grouped, reset, release, Resolve("1", 4)}) {
    EXPECT_TRUE(session.MayBlock(request)) << request.ShortDebugString();
  }
  go_on.Notify();
  slow.join();
  for (const JoinRequest& request :
       {Predict("1"), grouped, reset, release, Resolve("1", 4)}) {
    EXPECT_FALSE(session.MayBlock(request)) << request.ShortDebugString();
  }
}

}  // namespace
}  // namespace rlmesh
