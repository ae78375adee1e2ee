// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/model_session.h"

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/model/testing/fake_model.h"

namespace rlmesh {
namespace {

using model::v1::JoinRequest;
using model::v1::JoinResponse;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void SetDiscrete(int64_t n, spaces::v1::SpaceSpec* spec) {
  spec->set_dtype(spaces::v1::DATA_TYPE_INT64);
  spec->mutable_discrete()->set_n(n);
}

JoinRequest Resolve(const std::string& env_id) {
  JoinRequest request;
  request.set_request_id(env_id + ":resolve_adapter");
  auto* resolve = request.mutable_resolve_adapter();
  resolve->mutable_context()->set_session_id("s");
  resolve->mutable_context()->set_env_id(env_id);
  resolve->mutable_context()->set_request_id(request.request_id());
  resolve->mutable_env_spec()->set_id("Test-v0");
  SetDiscrete(4, resolve->mutable_env_spec()->mutable_action_space());
  SetDiscrete(10, resolve->mutable_env_spec()->mutable_observation_space());
  resolve->set_selected_workflow_edition("2026.06");
  return request;
}

// One row of observation 3 for each episode.
JoinRequest Predict(const std::string& env_id,
                    const std::vector<std::string>& episodes = {"e1"}) {
  JoinRequest request;
  request.set_request_id(env_id + ":predict:1");
  auto* predict = request.mutable_predict();
  predict->mutable_context()->set_env_id(env_id);
  predict->mutable_context()->set_session_id("s");
  predict->mutable_context()->set_request_id("inner");
  std::string leaf;
  for (const std::string& id : episodes) {
    predict->add_episode_info()->set_episode_id(id);
    leaf += std::string("\x03\0\0\0\0\0\0\0", 8);
  }
  predict->mutable_observation()->add_leaves(leaf);
  return request;
}

// An error with this code and text.
MATCHER_P2(IsError, code, text, "") {
  *result_listener << arg.ShortDebugString();
  return arg.has_error() && arg.error().code() == code &&
         ::testing::ExplainMatchResult(HasSubstr(text), arg.error().message(),
                                       result_listener);
}

class ModelSessionTest : public ::testing::Test {
 protected:
  JoinResponse Handle(const JoinRequest& request) {
    JoinResponse response;
    EXPECT_EQ(session_.Handle(request, absl::ZeroDuration(), &response),
              ModelSession::Next::kGoOn);
    EXPECT_EQ(response.request_id(), request.request_id());
    return response;
  }

  FakeModel model_;
  RouteTable table_{&model_};
  ModelSession session_{&table_, 1};
};

constexpr auto kInvalid = model::v1::MODEL_ERROR_CODE_INVALID_REQUEST;
constexpr auto kInternal = model::v1::MODEL_ERROR_CODE_INTERNAL;

TEST_F(ModelSessionTest, ResolvesThenPredictsAndEchoesTheContext) {
  EXPECT_TRUE(Handle(Resolve("env-1")).has_resolve_adapter());
  JoinRequest request = Predict("env-1");
  request.mutable_predict()->mutable_episode_info(0)->set_seed(7);
  const JoinResponse response = Handle(request);
  ASSERT_TRUE(response.has_predict()) << response.ShortDebugString();
  EXPECT_EQ(response.predict().context().SerializeAsString(),
            request.predict().context().SerializeAsString());
  ASSERT_EQ(response.predict().actions_size(), 1);
  EXPECT_EQ(response.predict().actions(0).leaves(0),
            std::string("\0\0\0\0\0\0\0\0", 8));
  EXPECT_THAT(model_.calls(), ElementsAre("open Test-v0", "predict e1=7"));
}

TEST_F(ModelSessionTest, ResolveSaysWhatIsMissing) {
  JoinRequest request = Resolve("env-1");
  request.mutable_resolve_adapter()->clear_context();
  EXPECT_THAT(Handle(request),
              IsError(kInvalid, "resolve_adapter missing adapter context"));
  EXPECT_THAT(Handle(Resolve("")),
              IsError(kInvalid, "resolve_adapter env_id is empty"));
  request = Resolve("env-1");
  request.mutable_resolve_adapter()->clear_env_spec();
  EXPECT_THAT(Handle(request),
              IsError(kInvalid, "resolve_adapter missing env_spec"));
  request = Resolve("env-1");
  request.mutable_resolve_adapter()->mutable_env_spec()->clear_action_space();
  EXPECT_THAT(Handle(request),
              IsError(kInvalid, "env EnvSpec has no action_space"));
  request = Resolve("env-1");
  request.mutable_resolve_adapter()
      ->mutable_env_spec()
      ->mutable_action_space()
      ->mutable_discrete()
      ->set_n(0);
  EXPECT_THAT(Handle(request), IsError(kInvalid, "env action_space: $"));
  EXPECT_THAT(model_.calls(), IsEmpty());
  EXPECT_EQ(table_.size(), 0);
}

TEST_F(ModelSessionTest, ResolveWithoutObservationSpaceIsAccepted) {
  JoinRequest request = Resolve("env-1");
  request.mutable_resolve_adapter()
      ->mutable_env_spec()
      ->clear_observation_space();
  EXPECT_TRUE(Handle(request).has_resolve_adapter());
  EXPECT_TRUE(Handle(Predict("env-1")).has_predict());
}

TEST_F(ModelSessionTest, PinMustBeOfOurBase) {
  JoinRequest request = Resolve("env-1");
  auto* resolve = request.mutable_resolve_adapter();
  for (const char* pin : {"", "2026.06", "2026.06-dev.abc"}) {
    resolve->set_selected_workflow_edition(pin);
    EXPECT_TRUE(Handle(request).has_resolve_adapter()) << pin;
  }
  resolve->set_selected_workflow_edition("2099.01");
  const JoinResponse response = Handle(request);
  EXPECT_THAT(response,
              IsError(kInvalid,
                      "runtime pinned this route to workflow edition "
                      "\"2099.01\", which this model build does not implement "
                      "(implements [\"2026.06\"])"));
  EXPECT_FALSE(response.error().is_recoverable());
}

TEST_F(ModelSessionTest, FramesAreCutToTheHorizon) {
  model_.frames = 3;
  JoinRequest request = Resolve("env-1");
  auto* resolve = request.mutable_resolve_adapter();
  for (uint32_t horizon : {0, 1, 2, 3, 8, 1024}) {
    resolve->set_execution_horizon(horizon);
    ASSERT_TRUE(Handle(request).has_resolve_adapter());
    EXPECT_EQ(Handle(Predict("env-1")).predict().actions_size(),
              std::min<uint32_t>(3, std::max<uint32_t>(1, horizon)));
  }
  resolve->set_execution_horizon(2000);
  EXPECT_THAT(Handle(request),
              IsError(kInternal,
                      "runtime pinned execution_horizon=2000, over the 1024 "
                      "bound"));
}

TEST_F(ModelSessionTest, NativeChunkIsToldAndBoundsTheHorizon) {
  EXPECT_FALSE(Handle(Resolve("env-1")).resolve_adapter().has_native_chunk());
  model_.declared_chunk = 4;
  JoinRequest resolve = Resolve("env-2");
  resolve.mutable_resolve_adapter()->set_execution_horizon(4);
  EXPECT_EQ(Handle(resolve).resolve_adapter().native_chunk(), 4);
  resolve.mutable_resolve_adapter()->set_execution_horizon(8);
  EXPECT_THAT(Handle(resolve),
              IsError(kInternal,
                      "runtime pinned execution_horizon=8 but the model "
                      "declares native_chunk=4: it cannot produce that many "
                      "actions per predict. Lower the horizon to at most 4"));
}

TEST_F(ModelSessionTest, PredictSaysWhatIsWrong) {
  EXPECT_THAT(
      Handle(Predict("env-1")),
      IsError(kInternal, "model error: model env adapter was not resolved"));
  Handle(Resolve("env-1"));
  JoinRequest request = Predict("env-1");
  request.mutable_predict()->clear_context();
  EXPECT_THAT(Handle(request),
              IsError(kInternal,
                      "internal error: model request missing adapter context"));
  request = Predict("env-1");
  request.mutable_predict()->mutable_context()->clear_request_id();
  EXPECT_THAT(Handle(request),
              IsError(kInternal, "internal error: model request_id is empty"));
  EXPECT_THAT(Handle(Predict("env-1", {})),
              IsError(kInternal, "must include at least one episode_id"));
  EXPECT_THAT(Handle(Predict("env-1", {"e1", "e1"})),
              IsError(kInternal, "has duplicate episode_id \"e1\""));
  EXPECT_THAT(Handle(Predict("env-1", {""})),
              IsError(kInternal, "episode_info[0].episode_id is empty"));
  request = Predict("env-1", {"e1", "e2"});
  request.mutable_predict()->mutable_observation()->mutable_leaves(0)->resize(
      8);
  EXPECT_THAT(Handle(request),
              IsError(kInternal, "slab: got 8 bytes, expected 2 lanes * 8"));
  request = Predict("env-1");
  request.mutable_predict()->clear_observation();
  EXPECT_THAT(Handle(request), IsError(kInternal, "leaf"));
  // None of this reached the model, and the stream goes on.
  EXPECT_THAT(model_.calls(), ElementsAre("open Test-v0"));
  EXPECT_TRUE(Handle(Predict("env-1")).has_predict());
}

TEST_F(ModelSessionTest, RefusesActionsThatNoMessageCouldHold) {
  JoinRequest resolve = Resolve("env-1");
  auto* space = resolve.mutable_resolve_adapter()
                    ->mutable_env_spec()
                    ->mutable_action_space();
  space->Clear();
  space->add_shape(int64_t{100} << 20);
  space->set_dtype(spaces::v1::DATA_TYPE_UINT8);
  space->mutable_box()->set_unbounded(true);
  ASSERT_TRUE(Handle(resolve).has_resolve_adapter());
  EXPECT_THAT(Handle(Predict("env-1", {"a", "b", "c"})),
              IsError(kInternal, "larger than a message may be"));
}

TEST_F(ModelSessionTest, RefusesTextsThatNoMessageCouldHold) {
  JoinRequest resolve = Resolve("env-1");
  auto* space = resolve.mutable_resolve_adapter()
                    ->mutable_env_spec()
                    ->mutable_action_space();
  space->Clear();
  space->set_dtype(spaces::v1::DATA_TYPE_UINT8);
  space->mutable_text()->set_min_length(100 << 20);
  space->mutable_text()->set_max_length(100 << 20);
  ASSERT_TRUE(Handle(resolve).has_resolve_adapter());
  model_.ClearCalls();
  EXPECT_THAT(Handle(Predict("env-1", {"a", "b", "c"})),
              IsError(kInternal, "larger than a message may be"));
  EXPECT_THAT(model_.calls(), IsEmpty());
}

TEST_F(ModelSessionTest, AnswerThatNoMessageCouldHoldIsAnError) {
  Handle(Resolve("env-1"));
  JoinRequest request = Predict("env-1");
  request.mutable_predict()->mutable_context()->set_request_id(
      std::string(size_t{256} << 20, 'x'));
  EXPECT_THAT(Handle(request),
              IsError(kInternal, "the answer is larger than a message may be"));
  // Not even the id would fit: it is left out.
  JoinRequest named;
  named.set_request_id(std::string(size_t{256} << 20, 'x'));
  JoinResponse response;
  session_.Handle(named, absl::ZeroDuration(), &response);
  EXPECT_TRUE(response.has_error());
  EXPECT_LT(response.ByteSizeLong(), 1000u);
}

TEST_F(ModelSessionTest, LongIdsAreRefused) {
  const std::string longest(256, 'x');
  const std::string over(257, 'x');
  EXPECT_THAT(Handle(Resolve(over)), IsError(kInvalid, "env_id has 257 bytes"));
  EXPECT_LT(Handle(Resolve(over)).error().message().size(), 256u);
  EXPECT_TRUE(Handle(Resolve(longest)).has_resolve_adapter());
  EXPECT_TRUE(Handle(Predict(longest, {longest})).has_predict());
  EXPECT_THAT(Handle(Predict(longest, {over})),
              IsError(kInvalid, "episode_id has 257 bytes"));
  JoinRequest resolve = Resolve("env-1");
  resolve.mutable_resolve_adapter()->mutable_context()->set_session_id(over);
  EXPECT_THAT(Handle(resolve), IsError(kInvalid, "session_id has 257 bytes"));
  JoinRequest reset;
  reset.mutable_reset_adapter()->mutable_context()->set_env_id(longest);
  reset.mutable_reset_adapter()->add_episode_ids(over);
  EXPECT_THAT(Handle(reset), IsError(kInvalid, "episode_id has 257 bytes"));
}

TEST_F(ModelSessionTest, AStreamHoldsABoundedNumberOfRoutes) {
  for (size_t i = 0; i < RouteTable::kMaxStreamRoutes; ++i) {
    ASSERT_TRUE(Handle(Resolve(absl::StrCat(i))).has_resolve_adapter());
  }
  EXPECT_THAT(Handle(Resolve("more")),
              IsError(model::v1::MODEL_ERROR_CODE_BUSY, "at most 1024"));
  // Those that are there can be replaced, and other streams have their own.
  EXPECT_TRUE(Handle(Resolve("7")).has_resolve_adapter());
  ModelSession other(&table_, 2);
  JoinResponse response;
  other.Handle(Resolve("more"), absl::ZeroDuration(), &response);
  EXPECT_TRUE(response.has_resolve_adapter());
}

TEST_F(ModelSessionTest, AStreamHoldsABoundedNumberOfBytes) {
  const auto large = [](const std::string& env_id) {
    JoinRequest request = Resolve(env_id);
    request.mutable_resolve_adapter()->mutable_env_spec()->set_id(
        std::string(40 << 20, 'x'));
    return request;
  };
  EXPECT_TRUE(Handle(large("env-1")).has_resolve_adapter());
  EXPECT_TRUE(Handle(large("env-1")).has_resolve_adapter());
  EXPECT_THAT(Handle(large("env-2")),
              IsError(model::v1::MODEL_ERROR_CODE_BUSY, "67108864"));
  EXPECT_TRUE(Handle(Resolve("env-2")).has_resolve_adapter());
}

TEST_F(ModelSessionTest, ErrorOfThePolicyIsInBandAndTheStreamGoesOn) {
  Handle(Resolve("env-1"));
  model_.on_predict = [](const PredictRequest&) {
    absl::Status failed = absl::InternalError("RuntimeError: boom");
    ErrorDetails details;
    details.traceback = "Traceback ...";
    SetErrorDetails(details, &failed);
    return failed;
  };
  const JoinResponse response = Handle(Predict("env-1"));
  EXPECT_THAT(response,
              IsError(kInternal, "internal error: RuntimeError: boom"));
  EXPECT_EQ(response.error().debug_info(), "Traceback ...");
  model_.on_predict = nullptr;
  EXPECT_TRUE(Handle(Predict("env-1")).has_predict());
}

TEST_F(ModelSessionTest, ActionOutsideTheSpaceIsTheModelsError) {
  model_.actions = 1000;
  Handle(Resolve("env-1"));
  for (int i = 0; i < 4; ++i) Handle(Predict("env-1"));
  EXPECT_THAT(Handle(Predict("env-1")),
              IsError(kInternal,
                      "internal error: ValueError: $: value 4 not in range "
                      "[0, 4)"));
}

TEST_F(ModelSessionTest, RefusalToOpenLeavesNoRoute) {
  model_.on_open = [](const EnvContract&) {
    return absl::InvalidArgumentError("wants images");
  };
  EXPECT_THAT(Handle(Resolve("env-1")), IsError(kInvalid, "wants images"));
  EXPECT_EQ(table_.size(), 0);
  model_.on_open = nullptr;
  EXPECT_TRUE(Handle(Resolve("env-1")).has_resolve_adapter());
}

TEST_F(ModelSessionTest, GroupsAnswerInOrderAndOneBadOneSinksNoOther) {
  Handle(Resolve("env-1"));
  Handle(Resolve("env-2"));
  JoinRequest request;
  request.set_request_id("g");
  auto* grouped = request.mutable_grouped_predict();
  *grouped->add_groups() = Predict("env-1").predict();
  *grouped->add_groups() = Predict("nowhere").predict();
  *grouped->add_groups() = Predict("env-2", {"a", "b"}).predict();
  const JoinResponse response = Handle(request);
  ASSERT_EQ(response.grouped_predict().results_size(), 3);
  EXPECT_EQ(response.grouped_predict().results(0).response().context().env_id(),
            "env-1");
  EXPECT_TRUE(response.grouped_predict().results(1).has_error());
  EXPECT_EQ(response.grouped_predict()
                .results(2)
                .response()
                .actions(0)
                .leaves(0)
                .size(),
            16);

  for (int i = 0; i < 16384; ++i) grouped->add_groups();
  EXPECT_THAT(Handle(request), IsError(kInvalid, "has 16387 groups"));
  grouped->clear_groups();
  EXPECT_TRUE(Handle(request).has_grouped_predict());
}

TEST_F(ModelSessionTest, ResetAndReleaseAreFineWithUnknownThings) {
  JoinRequest reset;
  reset.mutable_reset_adapter()->mutable_context()->set_env_id("nowhere");
  EXPECT_TRUE(Handle(reset).has_reset_adapter());
  JoinRequest release;
  release.mutable_release_adapter()->mutable_context()->set_env_id("nowhere");
  EXPECT_TRUE(Handle(release).has_release_adapter());
  reset.mutable_reset_adapter()->clear_context();
  EXPECT_THAT(Handle(reset), IsError(kInvalid, "reset_adapter missing env_id"));
  EXPECT_THAT(model_.calls(), IsEmpty());
}

TEST_F(ModelSessionTest, ResetReachesTheModelAndReleaseForgets) {
  Handle(Resolve("env-1"));
  JoinRequest reset;
  reset.mutable_reset_adapter()->mutable_context()->set_env_id("env-1");
  reset.mutable_reset_adapter()->add_episode_ids("e1");
  reset.mutable_reset_adapter()->add_episode_ids("e2");
  EXPECT_TRUE(Handle(reset).has_reset_adapter());
  JoinRequest release;
  release.mutable_release_adapter()->mutable_context()->set_env_id("env-1");
  EXPECT_TRUE(Handle(release).has_release_adapter());
  EXPECT_TRUE(Handle(release).has_release_adapter());
  EXPECT_THAT(model_.calls(),
              ElementsAre("open Test-v0", "reset e1,e2", "close"));
  EXPECT_THAT(Handle(Predict("env-1")), IsError(kInternal, "not resolved"));
}

TEST_F(ModelSessionTest, RoutesAreSharedAndEndWithTheStreamThatResolvedThem) {
  Handle(Resolve("mine"));
  {
    ModelSession other(&table_, 2);
    JoinResponse response;
    other.Handle(Resolve("theirs"), absl::ZeroDuration(), &response);
    other.Handle(Predict("mine"), absl::ZeroDuration(), &response);
    EXPECT_TRUE(response.has_predict());
    EXPECT_TRUE(Handle(Predict("theirs")).has_predict());

    JoinRequest close;
    close.mutable_close();
    EXPECT_EQ(other.Handle(close, absl::ZeroDuration(), &response),
              ModelSession::Next::kEnd);
    EXPECT_TRUE(response.has_close());
    EXPECT_THAT(Handle(Predict("theirs")), IsError(kInternal, "not resolved"));
    EXPECT_TRUE(Handle(Predict("mine")).has_predict());

    // Whoever resolves last owns it.
    other.Handle(Resolve("mine"), absl::ZeroDuration(), &response);
  }
  EXPECT_EQ(table_.size(), 0);
  EXPECT_THAT(model_.routes(), IsEmpty());
}

TEST_F(ModelSessionTest, SlowRouteDelaysNoOther) {
  model_.set_inline(false);
  Handle(Resolve("fast"));
  ModelSession other(&table_, 2);
  JoinResponse response;
  other.Handle(Resolve("slow"), absl::ZeroDuration(), &response);
  absl::Notification stuck, go_on;
  model_.on_predict = [&](const PredictRequest& request) {
    if (request.route == "slow") {
      stuck.Notify();
      go_on.WaitForNotification();
    }
    return absl::OkStatus();
  };
  std::thread slow([&] {
    JoinResponse late;
    other.Handle(Predict("slow"), absl::ZeroDuration(), &late);
  });
  stuck.WaitForNotification();
  EXPECT_TRUE(Handle(Predict("fast")).has_predict());
  EXPECT_TRUE(Handle(Resolve("third")).has_resolve_adapter());
  table_.CloseStream(1);
  EXPECT_EQ(table_.size(), 1);
  go_on.Notify();
  slow.join();
}

TEST_F(ModelSessionTest, EmptyRequestIsUnsupported) {
  EXPECT_THAT(Handle(JoinRequest()),
              IsError(model::v1::MODEL_ERROR_CODE_UNSUPPORTED,
                      "empty or unrecognized Join request"));
}

TEST_F(ModelSessionTest, CancelEndsTheCallOfItsStreamOnly) {
  ModelSession other(&table_, 2);
  Handle(Resolve("env-1"));
  absl::Notification running, go_on;
  model_.on_predict = [&](const PredictRequest& request) {
    running.Notify();
    go_on.WaitForNotification();
    EXPECT_FALSE(request.cancellation->cancelled());
    return absl::OkStatus();
  };
  std::thread asking([&] {  // for a route of the first stream
    JoinResponse response;
    other.Handle(Predict("env-1"), absl::ZeroDuration(), &response);
    EXPECT_TRUE(response.has_predict()) << response.ShortDebugString();
  });
  running.WaitForNotification();
  session_.Cancel();
  go_on.Notify();
  asking.join();
}

TEST_F(ModelSessionTest, NothingIsAskedForAStreamThatWasCancelled) {
  Handle(Resolve("env-1"));
  session_.Cancel();
  const JoinResponse response = Handle(Predict("env-1"));
  EXPECT_THAT(response,
              IsError(model::v1::MODEL_ERROR_CODE_CANCELLED, "has gone away"));
  EXPECT_THAT(model_.calls(), ElementsAre("open Test-v0"));
}

}  // namespace
}  // namespace rlmesh
