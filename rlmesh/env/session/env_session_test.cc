// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/env_session.h"

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "glog/logging.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/calendar_shift.h"
#include "rlmesh/env/testing/gate.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/env/testing/session_fixture.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

using env::v1::JoinRequest;
using env::v1::JoinResponse;
using ::testing::ElementsAre;

absl::Status Boom(bool recoverable) {
  absl::Status status = absl::InternalError("RuntimeError: boom");
  SetErrorDetails({"RuntimeError", "Traceback ...", recoverable}, &status);
  return status;
}

TEST_F(EnvSessionTest, ResetAndStepCarryEverything) {
  script_.infos = SerializeMeta([] {
    spaces::v1::MetaMap map;
    (*map.mutable_entries())["k"] = MetaInteger(7);
    return map;
  }());
  std::vector<int64_t> seeds;
  bool had_options = true;
  script_.on_reset = [&](const ResetRequest& request) {
    seeds.assign(request.seeds.begin(), request.seeds.end());
    had_options = request.has_options;
    return absl::OkStatus();
  };
  const JoinResponse& reset = Ask("reset { seeds: 5 episode_ids: 'a' }");
  ASSERT_TRUE(reset.has_reset()) << reset.DebugString();
  EXPECT_THAT(seeds, ElementsAre(5));
  EXPECT_FALSE(had_options);
  EXPECT_EQ(reset.reset().observation().leaves_size(), 1);
  EXPECT_EQ(reset.reset().infos().entries().at("k").integer(), 7);
  EXPECT_TRUE(reset.has_endpoint_total_ns());
  script_.rewards = {2.5};
  script_.truncated = {1};
  const JoinResponse& step = Step("episode_ids: 'a'");
  ASSERT_TRUE(step.has_step()) << step.DebugString();
  EXPECT_THAT(step.step().rewards(), ElementsAre(2.5));
  EXPECT_EQ(step.step().terminated_mask(), std::string(1, '\0'));
  EXPECT_EQ(step.step().truncated_mask(), "\x01");
  EXPECT_EQ(step.step().env_indices_size(), 0);
  ASSERT_EQ(step.step().completed_episodes_size(), 1);
  EXPECT_EQ(step.step().completed_episodes(0).episode_id(), "a");
  EXPECT_EQ(step.step().completed_episodes(0).final_info().entries_size(), 1);
  EXPECT_FALSE(ended());
}

TEST_F(EnvSessionTest, AbsentInfosStayAbsentAndEmptyOnesStayEmpty) {
  script_.has_infos = false;
  EXPECT_FALSE(Ask("reset {}").reset().has_infos());
  EXPECT_FALSE(Step().step().has_infos());
  script_.has_infos = true;
  EXPECT_TRUE(Ask("reset {}").reset().has_infos());
}

TEST_F(EnvSessionTest, ConfigureAdmitsEverySpellingOfOurEdition) {
  for (const char* pin : {"2026.06", "2026.06-rc", ""}) {
    EXPECT_TRUE(Ask(absl::StrCat("configure { selected_workflow_edition: '",
                                 pin, "' }"))
                    .has_configure());
  }
  EXPECT_FALSE(ended());
  EXPECT_EQ(script_.created, 0);
}

TEST_F(EnvSessionTest, ConfigureRefusesAnotherEditionAndEnds) {
  EXPECT_THAT(Ask("configure { selected_workflow_edition: '2099.01' }"),
              IsError(env::v1::ENV_ERROR_CODE_INVALID_ACTION, false,
                      "runtime pinned this env to workflow edition "
                      "\"2099.01\", which this env build does not implement "
                      "(implements [\"2026.06\"])"));
  EXPECT_TRUE(ended());
}

TEST_F(EnvSessionTest, BadActionsAreRefusedAtTheDoor) {
  int steps = 0;
  script_.on_step = [&](const StepRequest&) {
    ++steps;
    return absl::OkStatus();
  };
  Ask("reset {}");
  constexpr auto kCode = env::v1::ENV_ERROR_CODE_INVALID_ACTION;
  EXPECT_THAT(Ask("step {}"),
              IsError(kCode, true, "expected 1 actions, got 0"));
  EXPECT_THAT(Ask("step { action {} }"),
              IsError(kCode, true,
                      "length mismatch: got 0 leaf slabs, spec expects 1"));
  EXPECT_THAT(
      Ask("step { action { leaves: 'abc' } }"),
      IsError(kCode, true,
              "length mismatch: slab: got 3 bytes, expected 1 lanes * 8"));
  EXPECT_THAT(Ask(R"(step { action { leaves: "\003\0\0\0\0\0\0\0" } })"),
              IsError(kCode, true, "$: value 3 not in range [0, 3)"));
  EXPECT_FALSE(ended());
  EXPECT_EQ(steps, 0);
  EXPECT_TRUE(Step().has_step());
}

TEST_F(EnvSessionTest, AStepBeforeTheFirstResetIsRefused) {
  EXPECT_THAT(Step(),
              IsError(env::v1::ENV_ERROR_CODE_NOT_READY, true,
                      "step: no episode has begun; reset the environment "
                      "first"));
  EXPECT_FALSE(ended());
  EXPECT_EQ(script_.created, 0);
  EXPECT_TRUE(Ask("reset {}").has_reset());
  EXPECT_TRUE(Step().has_step());
}

// As published servers do: the environment decides.
TEST_F(EnvSessionTest, AStepAfterTheEndReachesTheEnvironment) {
  Ask("reset {}");
  script_.terminated = {1};
  ASSERT_TRUE(Step().has_step());
  EXPECT_TRUE(Step().has_step());
}

TEST_F(EnvSessionTest, ANegativeSeedIsRefused) {
  constexpr auto kCode = env::v1::ENV_ERROR_CODE_INVALID_ACTION;
  EXPECT_THAT(Ask("reset { seeds: -1 }"),
              IsError(kCode, true,
                      "reset: seed -1 of lane 0 is negative; use one from 0 to "
                      "9223372036854775807, or none"));
  EXPECT_FALSE(ended());
  EXPECT_TRUE(Ask("reset { seeds: 9223372036854775807 }").has_reset());
  EXPECT_TRUE(Step().has_step());
  // One more than an int64 holds.
  EXPECT_THAT(Ask("reset { seeds: -9223372036854775808 }"),
              IsError(kCode, true, "reset: seed -9223372036854775808"));
  EXPECT_TRUE(Step().has_step());  // the episode goes on
  // What lies past the lanes is ignored.
  EXPECT_TRUE(Ask("reset { seeds: [1, -1] }").has_reset());
}

TEST_F(EnvSessionTest, ALongRequestIdEndsTheSession) {
  JoinRequest request;
  request.mutable_reset();
  request.set_request_id(std::string(1025, 'x'));
  EXPECT_EQ(session().Handle(request, absl::ZeroDuration(), &response_),
            EnvSession::Next::kEnd);
  EXPECT_THAT(response_, IsError(env::v1::ENV_ERROR_CODE_INVALID_ACTION, false,
                                 "the request id has 1025 bytes; at most 1024 "
                                 "are allowed"));
  EXPECT_EQ(response_.request_id(), "");
}

TEST_F(EnvSessionTest, AnEmptyRequestIsUnsupported) {
  EXPECT_THAT(Ask(""), IsError(env::v1::ENV_ERROR_CODE_UNSUPPORTED, true,
                               "empty or unrecognized Join request"));
  EXPECT_FALSE(ended());
}

TEST_F(EnvSessionTest, AnExceptionIsRecoveredFromByTheNextReset) {
  Ask("reset { episode_ids: 'a' }");
  bool fails = true;
  script_.on_step = [&](const StepRequest&) {
    return fails ? Boom(true) : absl::OkStatus();
  };
  EXPECT_THAT(Step(), IsError(env::v1::ENV_ERROR_CODE_INTERNAL, true,
                              "step failed: RuntimeError: boom"));
  EXPECT_EQ(response_.error().debug_info(), "Traceback ...");
  EXPECT_FALSE(ended());
  fails = false;
  EXPECT_THAT(Step(), IsError(env::v1::ENV_ERROR_CODE_NOT_READY, true,
                              "the environment failed"));
  EXPECT_TRUE(Ask("reset { episode_ids: 'b' }").has_reset());
  ASSERT_TRUE(Step().has_step());
  // The episode it broke is reported as interrupted.
  ASSERT_EQ(response_.step().completed_episodes_size(), 1);
  EXPECT_EQ(response_.step().completed_episodes(0).episode_id(), "a");
}

TEST_F(EnvSessionTest, AFatalErrorEndsTheStream) {
  Ask("reset {}");
  script_.on_step = [](const StepRequest&) { return Boom(false); };
  EXPECT_THAT(Step(), IsError(env::v1::ENV_ERROR_CODE_INTERNAL, false,
                              "step failed: RuntimeError: boom"));
  EXPECT_TRUE(ended());
}

TEST_F(EnvSessionTest, AnEnvironmentThatCannotBeMadeFailsTheReset) {
  script_.on_create = [] { return Boom(false); };
  EXPECT_THAT(Ask("reset {}"), IsError(env::v1::ENV_ERROR_CODE_INTERNAL, false,
                                       "reset failed: RuntimeError: boom"));
  EXPECT_TRUE(ended());
}

TEST_F(EnvSessionTest, ADeadlineIsATimeoutWithTheBudget) {
  Ask("reset {}");
  absl::Duration budget;
  script_.on_step = [&](const StepRequest& request) {
    budget = request.timeout;
    return absl::DeadlineExceededError("the worker was interrupted");
  };
  EXPECT_THAT(Step("timeout_ms: 100"),
              IsError(env::v1::ENV_ERROR_CODE_TIMEOUT, true,
                      "env.step timed out after 100ms"));
  EXPECT_LE(budget, absl::Milliseconds(100));
  EXPECT_GT(budget, absl::ZeroDuration());
}

TEST_F(EnvSessionTest, ATimeoutIsToldOnceWithTheClientsBudget) {
  Ask("reset {}");
  std::string text = "env.step timed out after 99ms";
  script_.on_step = [&](const StepRequest&) {
    return absl::DeadlineExceededError(text);
  };
  Step("timeout_ms: 100");
  EXPECT_EQ(response_.error().message(), "env.step timed out after 100ms");
  text += ": killed";
  Ask("reset {}");
  Step("timeout_ms: 100");
  EXPECT_EQ(response_.error().message(),
            "env.step timed out after 100ms: killed");
}

TEST_F(EnvSessionTest, LongEpisodeIdsAreRefused) {
  constexpr auto kCode = env::v1::ENV_ERROR_CODE_INVALID_ACTION;
  const std::string fits(256, 'a'), longer(257, 'a');
  const char kText[] =
      ": the episode id of lane 0 has 257 bytes; at most 256 are allowed";
  EXPECT_THAT(Ask("reset { episode_ids: '" + longer + "' }"),
              IsError(kCode, true, absl::StrCat("reset", kText)));
  EXPECT_EQ(script_.created, 0);
  EXPECT_TRUE(Ask("reset { episode_ids: '" + fits + "' }").has_reset());
  EXPECT_THAT(Step("episode_ids: '" + longer + "'"),
              IsError(kCode, true, absl::StrCat("step", kText)));
  EXPECT_FALSE(ended());
  EXPECT_TRUE(Step("episode_ids: '" + fits + "'").has_step());
}

TEST_F(EnvSessionTest, AnAnswerTooLargeForAMessageIsAnError) {
  options_.max_response_bytes = 10000;
  const auto infos = [](size_t bytes) {
    spaces::v1::MetaMap map;
    map.mutable_entries()->operator[]("k").set_text(std::string(bytes, 'x'));
    return SerializeMeta(map);
  };
  Ask("reset { episode_ids: 'a' }");
  script_.infos = infos(9000);
  EXPECT_THAT(Step(), IsError(env::v1::ENV_ERROR_CODE_INTERNAL, true,
                              "step failed: the answer has 90"));
  EXPECT_FALSE(ended());
  EXPECT_LT(response_.ByteSizeLong(), 1000u);
  EXPECT_THAT(Step(), IsError(env::v1::ENV_ERROR_CODE_NOT_READY, true, ""));
  script_.infos = infos(8000);
  EXPECT_TRUE(Ask("reset {}").has_reset());
  EXPECT_TRUE(Step().has_step());
  script_.on_render = [](const RenderRequest&, Frame* frame) {
    frame->png = std::string(9000, 'x');
    return absl::OkStatus();
  };
  EXPECT_THAT(Ask("render {}"), IsError(env::v1::ENV_ERROR_CODE_INTERNAL, true,
                                        "render failed: the answer has 90"));
  EXPECT_TRUE(Step().has_step());  // the picture mattered to nobody else
}

TEST_F(EnvSessionTest, TheServersOwnDeadlineAppliesWithoutOne) {
  options_.step_timeout = absl::Seconds(7);
  absl::Duration budget;
  script_.on_step = [&](const StepRequest& request) {
    budget = request.timeout;
    return absl::OkStatus();
  };
  Ask("reset {}");
  Step();
  EXPECT_LE(budget, absl::Seconds(7));
  EXPECT_GT(budget, absl::Seconds(6));
  Step("timeout_ms: 18446744073709551615");
  EXPECT_LE(budget, absl::Seconds(7));
}

TEST_F(EnvSessionTest, ARenderTakesNoLongerThanItsClientAllows) {
  absl::Duration budget;
  script_.on_render = [&](const RenderRequest& request, Frame*) {
    budget = request.timeout;
    return absl::DeadlineExceededError("env.render timed out after 1.9s");
  };
  Ask("reset {}");
  EXPECT_THAT(Ask("render { timeout_ms: 2000 }"),
              IsError(env::v1::ENV_ERROR_CODE_TIMEOUT, true,
                      "env.render timed out after 2000ms"));
  EXPECT_LE(budget, absl::Seconds(2));
  EXPECT_GT(budget, absl::Seconds(1));
}

TEST_F(EnvSessionTest, RendersOneLane) {
  script_.on_render = [](const RenderRequest& request, Frame* frame) {
    frame->png = absl::StrCat("png", request.lane);
    return absl::OkStatus();
  };
  const JoinResponse& render = Ask("render { env_indices: 0 }");
  EXPECT_EQ(render.render().frame(), "png0");
  EXPECT_EQ(render.render().format(), env::v1::RENDER_FORMAT_PNG);
  EXPECT_THAT(Ask("render { env_indices: [0, 0] }"),
              IsError(env::v1::ENV_ERROR_CODE_UNSUPPORTED, true, "render"));
  EXPECT_THAT(Ask("render { env_indices: 1 }"),
              IsError(env::v1::ENV_ERROR_CODE_INVALID_ACTION, true,
                      "render: lane 1 out of range for 1 lanes"));
}

TEST_F(EnvSessionTest, AnEnvironmentThatDoesNotDrawHasNoFrame) {
  const JoinResponse& render = Ask("render {}");
  ASSERT_TRUE(render.has_render());
  EXPECT_FALSE(render.render().has_frame());
}

TEST_F(EnvSessionTest, CloseListsOpenEpisodesAndEnds) {
  Ask("reset { episode_ids: 'a' seeds: 7 }");
  Step();
  const JoinResponse& close = Ask("close { reason: 'bye' }");
  ASSERT_EQ(close.close().final_episodes_size(), 1);
  EXPECT_EQ(close.close().final_episodes(0).episode_id(), "a");
  EXPECT_TRUE(close.close().final_episodes(0).truncated());
  EXPECT_TRUE(ended());
}

TEST_F(EnvSessionTest, CancelReachesTheEnvironmentAndEveryLaterCall) {
  bool cancelled = false;
  script_.on_cancel = [&] { cancelled = true; };
  Ask("reset {}");
  session().Cancel();
  EXPECT_TRUE(cancelled);
  EXPECT_THAT(Step(), IsError(env::v1::ENV_ERROR_CODE_CANCELLED, true, ""));
}

TEST_F(EnvSessionTest, CancelAndBudgetReachTheMakingOfAnEnvironment) {
  Gate making, cancelled;
  absl::Time deadline;
  session_ = std::make_unique<EnvSession>(
      script_.contract, options_,
      [&](const CreateOptions& options)
          -> absl::StatusOr<EnvironmentPool::Lease> {
        deadline = options.deadline;
        Cancellation::Callback end(options.cancellation,
                                   [&cancelled] { cancelled.Open(); });
        making.Open();
        cancelled.Await();
        return absl::CancelledError("given up");
      });
  std::thread canceller([&] {
    making.Await();
    session_->Cancel();
  });
  const absl::Time start = absl::Now();
  EXPECT_THAT(Ask("reset { timeout_ms: 9000 }"),
              IsError(env::v1::ENV_ERROR_CODE_CANCELLED, true, ""));
  canceller.join();
  EXPECT_GE(deadline, start + absl::Seconds(9));
  EXPECT_LE(deadline, absl::Now() + absl::Seconds(9));
}

TEST_F(EnvSessionTest, OnlyInlineEnvironmentsDoNotBlock) {
  JoinRequest configure, step;
  configure.mutable_configure();
  step.mutable_step();
  EXPECT_FALSE(session().MayBlock(configure));
  EXPECT_TRUE(session().MayBlock(step));  // it may have to be made
  script_.is_inline = true;
  Ask("reset {}");
  EXPECT_FALSE(session().MayBlock(step));
}

TEST_F(EnvSessionTest, LargeEnvironmentsAreNotInline) {
  script_.is_inline = true;
  JoinRequest step;
  step.mutable_step();
  spaces::v1::SpaceSpec image;
  image.set_dtype(spaces::v1::DATA_TYPE_UINT8);
  image.mutable_box()->set_unbounded(true);
  image.add_shape(150000);
  script_.contract.observation_space = *SpaceSpec::FromProto(image);
  Ask("reset {}");
  EXPECT_FALSE(session().MayBlock(step));
  session_.reset();
  image.set_shape(0, 2 << 20);
  script_.contract.observation_space = *SpaceSpec::FromProto(image);
  Ask("reset {}");
  EXPECT_TRUE(session().MayBlock(step));
  session_.reset();
  script_.contract = SimpleContract(1024);
  Ask("reset {}");
  EXPECT_FALSE(session().MayBlock(step));
  session_.reset();
  script_.contract = SimpleContract(1025);
  Ask("reset {}");
  EXPECT_TRUE(session().MayBlock(step));
}

TEST_F(EnvSessionTest, ActionsOutOfRangeAreRefusedOnlyWhenStrict) {
  spaces::v1::SpaceSpec box;
  CHECK(google::protobuf::TextFormat::ParseFromString(
      R"(shape: 1 dtype: DATA_TYPE_UINT8
         box { uniform { low: "\000" high: "\005" } })",
      &box));
  script_.contract.action_space = *SpaceSpec::FromProto(box);
  Ask("reset {}");
  EXPECT_TRUE(Ask(R"(step { action { leaves: "\006" } })").has_step());
  session_.reset();
  options_.validation = ValidationPolicy::kStrict;
  Ask("reset {}");
  EXPECT_THAT(Ask(R"(step { action { leaves: "\006" } })"),
              IsError(env::v1::ENV_ERROR_CODE_INVALID_ACTION, true, "$"));
}

TEST_F(EnvSessionTest, TimeoutsDoNotHeedTheCalendar) {
  for (const absl::Duration by : {absl::Hours(1), -absl::Hours(1)}) {
    session_ = nullptr;
    std::unique_ptr<CalendarShift> shift;
    script_.on_create = [&] {
      shift = std::make_unique<CalendarShift>(by);
      return absl::OkStatus();
    };
    absl::Duration left;
    script_.on_reset = [&left](const ResetRequest& request) {
      left = request.timeout;
      return absl::OkStatus();
    };
    ASSERT_TRUE(Ask("reset { timeout_ms: 600000 }").has_reset());
    EXPECT_GT(left, absl::Minutes(5));
    EXPECT_LE(left, absl::Minutes(10));
    EXPECT_LT(response_.endpoint_total_ns(), 300 * 1000000000ull);
  }
}

}  // namespace
}  // namespace rlmesh
