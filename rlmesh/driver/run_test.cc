// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/run.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/fake_clock.h"
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

// Writes down what it sees.
class RecordingHook : public Hook {
 public:
  absl::Status OnEpisodeStart(int64_t index, int64_t seed) override {
    Note("start", index, seed);
    return absl::OkStatus();
  }
  absl::Status OnStep(const StepEvent& event) override {
    Note(event.truncated ? "cut" : "step", event.episode, event.step);
    return step_status;
  }
  absl::Status OnEpisodeEnd(const EpisodeResult& result) override {
    Note("end", result.index, result.steps);
    return absl::OkStatus();
  }
  absl::Status OnRetry(const RetryEvent& event) override {
    Note("retry", event.episode, event.retry);
    return absl::OkStatus();
  }
  absl::Status OnRunStart(const RunStart& start) override {
    Note("begin", start.episodes, start.seed);
    return absl::OkStatus();
  }
  absl::Status OnRunEnd(const RunResult& result) override {
    Note("over", result.episodes.size(), result.status.ok());
    return end_status;
  }

  absl::Status step_status;
  absl::Status end_status;
  std::vector<std::string> lines;

 private:
  void Note(const std::string& what, int64_t a, int64_t b) {
    lines.push_back(what + " " + std::to_string(a) + " " + std::to_string(b));
  }
};

class RunTest : public ::testing::Test {
 protected:
  RunTest() {
    options_.clock = &clock_;
    options_.seed = 7;
  }
  RunResult Play() { return rlmesh::Run(&env_, &model_, options_).Play(); }

  FakeClock clock_;
  FakeEnvironment env_;
  FakeModel model_;
  RunOptions options_;
};

TEST_F(RunTest, EpisodeIHasSeedPlusI) {
  options_.episodes = 3;
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_THAT(env_.seeds, ElementsAre(7, 8, 9));
  ASSERT_THAT(result.episodes, SizeIs(3));
  EXPECT_EQ(result.seed, 7);
  EXPECT_EQ(result.episodes[2].index, 2);
  EXPECT_EQ(result.episodes[2].seed, 9);
  EXPECT_EQ(result.episodes[2].steps, 5);
  EXPECT_EQ(result.episodes[2].reward, 5);
  EXPECT_EQ(result.episodes[2].end, EpisodeEnd::kTerminated);
  EXPECT_EQ(result.total_steps(), 15);
  EXPECT_EQ(result.mean_reward(), 5);
  EXPECT_EQ(result.terminated(), 3);
  EXPECT_EQ(result.truncated(), 0);
}

TEST_F(RunTest, WithoutSeedOneIsChosenAndTold) {
  options_.seed.reset();
  options_.episodes = 2;
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_GE(result.seed, 0);
  EXPECT_THAT(env_.seeds, ElementsAre(result.seed, result.seed + 1));
}

TEST_F(RunTest, ZeroEpisodesTouchNothing) {
  options_.episodes = 0;
  RunResult result = Play();
  RLMESH_EXPECT_OK(result.status);
  EXPECT_THAT(result.episodes, IsEmpty());
  EXPECT_THAT(model_.calls(), IsEmpty());
  EXPECT_EQ(result.mean_reward(), 0);
}

TEST_F(RunTest, HooksSeeEverythingInOrder) {
  RecordingHook hook;
  options_.hooks = {&hook};
  options_.episodes = 2;
  env_.episode_steps = 2;
  RLMESH_ASSERT_OK(Play().status);
  EXPECT_THAT(
      hook.lines,
      ElementsAre("begin 2 7", "start 0 7", "step 0 1", "step 0 2", "end 0 2",
                  "start 1 8", "step 1 1", "step 1 2", "end 1 2", "over 2 1"));
}

TEST_F(RunTest, AStepTellsWhatTheActionCameFromAndWhatCameOfIt) {
  class Look : public Hook {
   public:
    absl::Status OnStep(const StepEvent& event) override {
      const auto number = [](ValueView view) {
        int64_t value;
        std::memcpy(&value, view.leaf(0).data(), sizeof(value));
        return value;
      };
      EXPECT_EQ(event.seed, 7);
      EXPECT_EQ(number(event.observation), event.step - 1);
      EXPECT_EQ(number(event.action), (event.step - 1) % 4);
      EXPECT_EQ(number(event.next.value), event.step);
      EXPECT_TRUE(event.next.has_infos);
      EXPECT_EQ(event.reward, 1);
      EXPECT_EQ(event.total_reward, event.step);
      EXPECT_EQ(event.terminated, event.step == 5);
      EXPECT_EQ(event.predict_time, absl::Seconds(1));
      EXPECT_EQ(event.step_time, absl::Seconds(2));
      ++steps;
      return absl::OkStatus();
    }
    int steps = 0;
  };
  Look look;
  options_.hooks = {&look};
  model_.on_predict = [&](const PredictRequest&) {
    clock_.Advance(absl::Seconds(1));
    return absl::OkStatus();
  };
  env_.on_step = [&] {
    clock_.Advance(absl::Seconds(2));
    return absl::OkStatus();
  };
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(look.steps, 5);
  EXPECT_EQ(result.episodes[0].predict_time, absl::Seconds(1));
  EXPECT_EQ(result.episodes[0].step_time, absl::Seconds(2));
}

TEST_F(RunTest, TheRunEndsForItsHooksOnceWhateverHappens) {
  RecordingHook hook;
  options_.hooks = {&hook};
  hook.end_status = absl::DataLossError("late");
  EXPECT_THAT(Play().status, StatusIs(absl::StatusCode::kDataLoss));
  env_.on_reset = [] { return absl::UnavailableError("worker died"); };
  // The run's own error wins.
  EXPECT_THAT(Play().status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(std::count_if(hook.lines.begin(), hook.lines.end(),
                          [](const std::string& line) {
                            return line.substr(0, 4) == "over";
                          }),
            2);
}

TEST_F(RunTest, TrialsAreCountedFromTheirBase) {
  options_.episodes = 2;
  options_.trial_index_base = 40;
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(result.episodes[1].trial, 41);
}

TEST_F(RunTest, StepCapTruncatesAndSaysSo) {
  RecordingHook hook;
  options_.hooks = {&hook};
  options_.max_episode_steps = 3;
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(result.episodes[0].steps, 3);
  EXPECT_EQ(result.episodes[0].end, EpisodeEnd::kStepCap);
  EXPECT_FALSE(result.episodes[0].terminated);
  EXPECT_TRUE(result.episodes[0].truncated);
  EXPECT_EQ(hook.lines[4], "cut 0 3");
}

TEST_F(RunTest, EndAtTheCapIsTheEnvironmentsOwn) {
  options_.max_episode_steps = 5;
  EXPECT_EQ(Play().episodes[0].end, EpisodeEnd::kTerminated);
  env_.terminates = false;
  RunResult result = Play();
  EXPECT_EQ(result.episodes[0].end, EpisodeEnd::kTruncated);
  EXPECT_TRUE(result.episodes[0].truncated);
}

TEST_F(RunTest, TimeCapOfAnEpisodeIsCheckedBeforeEachStep) {
  env_.on_step = [&] {
    clock_.Advance(absl::Seconds(2));
    return absl::OkStatus();
  };
  options_.max_episode_time = absl::Seconds(3);
  options_.episodes = 2;
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  ASSERT_THAT(result.episodes, SizeIs(2));
  EXPECT_EQ(result.episodes[0].steps, 2);
  EXPECT_EQ(result.episodes[0].end, EpisodeEnd::kTimeCap);
  EXPECT_TRUE(result.episodes[0].truncated);
  EXPECT_EQ(result.episodes[0].duration, absl::Seconds(4));
  EXPECT_EQ(result.duration, absl::Seconds(8));
}

TEST_F(RunTest, TimeCapOfTheRunBeginsNoFurtherEpisode) {
  env_.on_step = [&] {
    clock_.Advance(absl::Seconds(2));
    return absl::OkStatus();
  };
  options_.max_time = absl::Seconds(13);
  options_.episodes = 10;
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  ASSERT_THAT(result.episodes, SizeIs(2));
  EXPECT_EQ(result.episodes[0].end, EpisodeEnd::kTerminated);
  EXPECT_EQ(result.episodes[1].steps, 2);
  EXPECT_EQ(result.episodes[1].end, EpisodeEnd::kTimeCap);
}

TEST_F(RunTest, EpisodesThatNobodyPlaysCostNothing) {
  env_.on_step = [&] {
    clock_.Advance(absl::Seconds(2));
    return absl::OkStatus();
  };
  options_.max_time = absl::Seconds(13);
  options_.seed = 0;
  options_.episodes = std::numeric_limits<int64_t>::max();
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_THAT(result.episodes, SizeIs(2));
}

TEST_F(RunTest, ClockSetBackGivesNoNegativeTimes) {
  env_.on_step = [&] {
    clock_.Advance(-absl::Hours(1));
    return absl::OkStatus();
  };
  RunResult result = Play();
  EXPECT_EQ(result.duration, absl::ZeroDuration());
  EXPECT_EQ(result.episodes[0].duration, absl::ZeroDuration());
}

TEST_F(RunTest, SuccessIsWhatFinalInfosSay) {
  EXPECT_FALSE(Play().episodes[0].success.has_value());
  spaces::v1::MetaMap map;
  (*map.mutable_entries())["is_success"] = MetaBool(true);
  env_.final_infos = SerializeMeta(map);
  EXPECT_EQ(Play().episodes[0].success, true);
  (*map.mutable_entries())["is_success"] = MetaInteger(0);
  env_.final_infos = SerializeMeta(map);
  EXPECT_EQ(Play().episodes[0].success, false);
}

TEST_F(RunTest, FaultNamesTheEpisodeAndKeepsTheFinishedOnes) {
  options_.episodes = 5;
  int steps = 0;
  env_.on_step = [&] {
    if (++steps != 13) return absl::OkStatus();
    absl::Status failed = absl::InternalError("RuntimeError: boom");
    ErrorDetails details;
    details.traceback = "Traceback ...";
    SetErrorDetails(details, &failed);
    return failed;
  };
  RecordingHook hook;
  options_.hooks = {&hook};
  RunResult result = Play();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("episode 2 (seed 9)"),
                             HasSubstr("after 2 steps"), HasSubstr("boom"),
                             HasSubstr("2 of 5 episodes finished"))));
  EXPECT_EQ(GetErrorDetails(result.status).traceback, "Traceback ...");
  EXPECT_THAT(result.episodes, SizeIs(2));
  EXPECT_EQ(hook.lines.back(), "over 2 0");
  EXPECT_THAT(model_.routes(), IsEmpty());
}

TEST_F(RunTest, FaultInResetNamesTheEpisodeToo) {
  env_.on_reset = [] { return absl::UnavailableError("worker died"); };
  RunResult result = Play();
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kUnavailable,
                                      AllOf(HasSubstr("episode 0 (seed 7)"),
                                            HasSubstr("after 0 steps"))));
}

TEST_F(RunTest, FaultInTheModelEndsTheRun) {
  model_.on_predict = [](const PredictRequest&) {
    return absl::InternalError("ValueError: bad policy");
  };
  EXPECT_THAT(Play().status,
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("model"), HasSubstr("bad policy"))));
}

TEST_F(RunTest, ErrorOfAHookEndsTheRun) {
  RecordingHook hook;
  hook.step_status = absl::ResourceExhaustedError("disk full");
  options_.hooks = {&hook};
  EXPECT_THAT(Play().status, StatusIs(absl::StatusCode::kResourceExhausted,
                                      HasSubstr("disk full")));
}

TEST_F(RunTest, CancelInterruptsTheCallThatRuns) {
  options_.episodes = 3;
  absl::Notification stuck, interrupted;
  int steps = 0;
  env_.on_step = [&] {
    if (++steps < 8) return absl::OkStatus();
    stuck.Notify();
    interrupted.WaitForNotification();
    return absl::CancelledError("cancelled");
  };
  env_.on_cancel = [&] {
    if (!interrupted.HasBeenNotified()) interrupted.Notify();
  };
  rlmesh::Run run(&env_, &model_, options_);
  std::thread canceller([&] {
    stuck.WaitForNotification();
    run.Cancel();
  });
  RunResult result = run.Play();
  canceller.join();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kCancelled,
                       AllOf(HasSubstr("episode 1"),
                             HasSubstr("was interrupted after 2 steps"),
                             HasSubstr("1 of 3 episodes finished"))));
  EXPECT_THAT(result.episodes, SizeIs(1));
}

TEST_F(RunTest, CancelBeforePlayPlaysNothing) {
  rlmesh::Run run(&env_, &model_, options_);
  run.Cancel();
  RunResult result = run.Play();
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(env_.seeds, IsEmpty());
}

TEST_F(RunTest, RefusesOptionsThatCannotBe) {
  auto refused = [&](auto change, const std::string& field) {
    RunOptions options = options_;
    change(&options);
    RunResult result = rlmesh::Run(&env_, &model_, options).Play();
    EXPECT_THAT(result.status,
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(field)));
  };
  refused([](RunOptions* o) { o->episodes = -1; }, "episodes is -1");
  refused([](RunOptions* o) { o->seed = -3; }, "seed is -3");
  refused([](RunOptions* o) { o->max_episode_steps = 0; },
          "max_episode_steps is 0");
  refused([](RunOptions* o) { o->max_episode_time = absl::ZeroDuration(); },
          "max_episode_time is 0");
  refused([](RunOptions* o) { o->parallel = 0; }, "parallel is 0");
  refused([](RunOptions* o) { o->parallel = 2; }, "no more than 1");
  refused([](RunOptions* o) { o->retry.per_episode = -1; }, "retries is -1");
  refused([](RunOptions* o) { o->trial_index_base = -1; },
          "trial_index_base is -1");
  refused([](RunOptions* o) { o->session.execution_horizon = 0; },
          "execution_horizon is 0");
  refused([](RunOptions* o) { o->max_time = -absl::Seconds(1); },
          "max_time is -1s");
  refused(
      [](RunOptions* o) {
        o->seed = std::numeric_limits<int64_t>::max();
        o->episodes = 2;
      },
      "seed is 9223372036854775807");
  EXPECT_THAT(env_.seeds, IsEmpty());
}

}  // namespace
}  // namespace rlmesh
