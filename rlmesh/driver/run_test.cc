// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/run.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/base/testing/fake_clock.h"
#include "rlmesh/driver/journal.h"
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
  void OnRunEnd() override { lines.push_back("over"); }

  absl::Status step_status;
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
  EXPECT_THAT(hook.lines, ElementsAre("start 0 7", "step 0 1", "step 0 2",
                                      "end 0 2", "start 1 8", "step 1 1",
                                      "step 1 2", "end 1 2", "over"));
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
  EXPECT_EQ(hook.lines[3], "cut 0 3");
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
  EXPECT_EQ(hook.lines.back(), "over");
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

class RunJournalTest : public RunTest {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    path_ = dir_->path() + "/run.jsonl";
    options_.episodes = 5;
  }

  std::unique_ptr<Journal> Create() {
    auto journal = Journal::Create(path_, {7, options_.episodes, {}});
    EXPECT_THAT(journal, IsOk());
    return *std::move(journal);
  }

  std::unique_ptr<Journal> Open() {
    auto journal = Journal::Open(path_);
    EXPECT_THAT(journal, IsOk());
    return *std::move(journal);
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("run-test");
  std::string path_;
};

TEST_F(RunJournalTest, GoesOnWithTheResultsOfAnUnbrokenRun) {
  {
    auto journal = Create();
    options_.journal = journal.get();
    int steps = 0;
    env_.on_step = [&] {
      clock_.Advance(absl::Seconds(1));
      return ++steps == 13 ? absl::UnavailableError("gone") : absl::OkStatus();
    };
    RunResult broken = Play();
    EXPECT_THAT(broken.status, StatusIs(absl::StatusCode::kUnavailable,
                                        HasSubstr("2 of 5 episodes finished")));
  }
  env_.seeds.clear();
  auto journal = Open();
  options_.journal = journal.get();
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_THAT(env_.seeds, ElementsAre(9, 10, 11));
  EXPECT_EQ(result.resumed, 2);
  ASSERT_THAT(result.episodes, SizeIs(5));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(result.episodes[i].index, i);
    EXPECT_EQ(result.episodes[i].seed, 7 + i);
    EXPECT_EQ(result.episodes[i].reward, 5);
    EXPECT_EQ(result.episodes[i].duration, absl::Seconds(5));
  }
  // What was lost with episode 2 is lost time.
  EXPECT_EQ(result.duration, absl::Seconds(25));

  env_.seeds.clear();
  journal.reset();
  journal = Open();
  options_.journal = journal.get();
  result = Play();
  RLMESH_EXPECT_OK(result.status);
  EXPECT_THAT(result.episodes, SizeIs(5));
  EXPECT_THAT(env_.seeds, IsEmpty());
}

TEST_F(RunJournalTest, AJournalThatCannotBeWrittenEndsTheRunAndKeepsResults) {
  auto journal = Create();
  options_.journal = journal.get();
  ASSERT_NE(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  rlimit old, full;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  full = old;
  full.rlim_cur = 500;  // two episodes and a half
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  RunResult result = Play();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr(path_)));
  const size_t played = result.episodes.size();
  EXPECT_GT(played, 1);
  EXPECT_LT(played, 5);

  options_.needs_journal = false;
  journal.reset();
  ASSERT_EQ(unlink(path_.c_str()), 0);
  journal = Create();
  options_.journal = journal.get();
  result = Play();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  RLMESH_EXPECT_OK(result.status);
  EXPECT_THAT(result.episodes, SizeIs(5));
  EXPECT_THAT(result.journal_status,
              StatusIs(absl::StatusCode::kResourceExhausted));
  journal.reset();
  EXPECT_THAT(Open()->entries(), SizeIs(played - 1));
}

TEST_F(RunJournalTest, AJournalOfOtherEpisodesIsRefused) {
  auto journal = Create();
  options_.journal = journal.get();
  options_.seed = 8;
  EXPECT_THAT(Play().status, StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("the journal's is 7")));
  options_.seed = 7;
  options_.episodes = 6;
  EXPECT_THAT(Play().status, StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("the journal is for 5")));
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
