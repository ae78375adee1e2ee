// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Runs on several lanes: the same results as on one.

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/base/testing/fake_clock.h"
#include "rlmesh/driver/journal.h"
#include "rlmesh/driver/run.h"
#include "rlmesh/env/testing/fake_lanes.h"
#include "rlmesh/model/testing/fake_model.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// How lanes may be played.
struct Kind {
  AutoresetMode autoreset;
  bool takes_lanes;
};
constexpr Kind kAlone = {AutoresetMode::kDisabled, true};
constexpr Kind kTogether = {AutoresetMode::kNextStep, false};

std::vector<std::string> Summary(const RunResult& result) {
  std::vector<std::string> lines;
  for (const EpisodeResult& e : result.episodes) {
    lines.push_back(absl::StrCat(
        e.index, " ", e.seed, " ", e.steps, " ", e.reward, " ", NameOf(e.end),
        " ", e.terminated, e.truncated, " ", e.trial,
        e.success ? (*e.success ? " solved" : " failed") : ""));
  }
  return lines;
}

// What a run on one lane of FakeLanes gives.
std::vector<std::string> Expected(int64_t seed, int64_t episodes,
                                  int64_t cap = 1000) {
  std::vector<std::string> lines;
  for (int64_t i = 0; i < episodes; ++i) {
    const int64_t all = (seed + i) % 7 + 1;
    const int64_t steps = std::min(all, cap);
    lines.push_back(
        absl::StrCat(i, " ", seed + i, " ", steps, " ", steps * (seed + i), " ",
                     all > cap ? "step cap 01" : "terminated 10", " ", i));
  }
  return lines;
}

// Makes environments of lanes, and lets a test look at them.
class LanesFactory : public EnvironmentFactory {
 public:
  LanesFactory(int lanes, Kind kind) : lanes_(lanes), kind_(kind) {
    contract_ = FakeLanes(lanes, kind.autoreset, kind.takes_lanes).contract();
  }
  const EnvContract& contract() const override { return contract_; }
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& /*options*/) override {
    ++made;
    auto environment =
        std::make_unique<FakeLanes>(lanes_, kind_.autoreset, kind_.takes_lanes);
    environment->on_step = [this] {
      return on_step ? on_step(++steps) : absl::OkStatus();
    };
    environment->on_reset = [this] {
      return on_reset ? on_reset(++resets) : absl::OkStatus();
    };
    return environment;
  }

  int made = 0;
  int steps = 0;
  int resets = 0;
  std::function<absl::Status(int)> on_step;
  std::function<absl::Status(int)> on_reset;

 private:
  const int lanes_;
  const Kind kind_;
  EnvContract contract_;
};

class Models : public ModelFactory {
 public:
  absl::StatusOr<std::unique_ptr<Model>> Create(
      Cancellation* /*cancellation*/) override {
    ++made;
    auto model = std::make_unique<FakeModel>();
    model->on_predict = [this](const PredictRequest&) {
      return on_predict ? on_predict(++predictions) : absl::OkStatus();
    };
    return model;
  }
  int made = 0;
  int predictions = 0;
  std::function<absl::Status(int)> on_predict;
};

// Checks the order of what it is told, and keeps it by episode.
class OrderHook : public Hook {
 public:
  absl::Status OnRunStart(const RunStart& start) override {
    lanes = start.contract->num_envs;
    EXPECT_TRUE(said.empty());
    return absl::OkStatus();
  }
  absl::Status OnEpisodeStart(int64_t index, int64_t seed) override {
    EXPECT_GT(lanes, 0);
    said[index] += absl::StrCat("start ", seed);
    open.insert(index);
    most_open = std::max(most_open, static_cast<int>(open.size()));
    return absl::OkStatus();
  }
  absl::Status OnStep(const StepEvent& event) override {
    EXPECT_EQ(open.count(event.episode), 1);
    EXPECT_GE(event.reward, 0) << "a step of an episode that nobody plays";
    const int64_t before = Number(event.observation);
    const int64_t after = Number(event.next.value);
    EXPECT_EQ(before, event.step - 1);
    EXPECT_EQ(after, event.step);
    EXPECT_EQ(event.action.leaf(0).size(), 8);
    EXPECT_EQ(event.total_reward, event.step * event.reward);
    absl::StrAppend(&said[event.episode], event.truncated ? " cut " : " ",
                    event.step);
    return step_status;
  }
  absl::Status OnRetry(const RetryEvent& event) override {
    absl::StrAppend(&said[event.episode], " retry");
    return absl::OkStatus();
  }
  absl::Status OnEpisodeEnd(const EpisodeResult& result) override {
    absl::StrAppend(&said[result.index], " end ", result.steps);
    open.erase(result.index);
    return absl::OkStatus();
  }
  absl::Status OnRunEnd(const RunResult& /*result*/) override {
    ++ends;
    return absl::OkStatus();
  }

  std::map<int64_t, std::string> said;
  std::set<int64_t> open;
  int lanes = 0;
  int most_open = 0;
  int ends = 0;
  absl::Status step_status;

 private:
  static int64_t Number(ValueView value) {
    int64_t number = -1;
    if (value.size() == 1) {
      std::memcpy(&number, value.leaf(0).data(), sizeof(number));
    }
    return number;
  }
};

absl::Status Recoverable(absl::Status status) {
  ErrorDetails details;
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

class RunLanesTest : public ::testing::TestWithParam<Kind> {
 protected:
  RunLanesTest() {
    options_.seed = 14;
    options_.retry.first_delay = absl::Milliseconds(1);
    options_.retry.longest_delay = absl::Milliseconds(1);
  }
  void MakeLanes(int lanes) {
    environments_ = std::make_unique<LanesFactory>(lanes, GetParam());
  }
  RunResult Play() {
    return rlmesh::Run(environments_.get(), &models_, options_).Play();
  }

  std::unique_ptr<LanesFactory> environments_;
  Models models_;
  OrderHook hook_;
  RunOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, RunLanesTest,
                         ::testing::Values(kAlone, kTogether),
                         [](const auto& info) {
                           return info.param.takes_lanes ? "Alone" : "Together";
                         });

TEST_P(RunLanesTest, EpisodeIHasSeedPlusIInWhateverLane) {
  for (const int lanes : {2, 3, 8}) {
    for (const int64_t episodes : {1, 7, 30}) {
      MakeLanes(lanes);
      options_.episodes = episodes;
      RunResult result = Play();
      RLMESH_ASSERT_OK(result.status);
      EXPECT_EQ(Summary(result), Expected(14, episodes))
          << lanes << " lanes, " << episodes << " episodes";
    }
  }
}

TEST_P(RunLanesTest, CapsEndTheEpisodeOfOneLane) {
  MakeLanes(4);
  options_.episodes = 20;
  options_.max_episode_steps = 3;
  options_.hooks = {&hook_};
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(Summary(result), Expected(14, 20, 3));
  EXPECT_EQ(hook_.said[6], "start 20 1 2 cut 3 end 3");
  EXPECT_EQ(hook_.said[2], "start 16 1 2 3 end 3");
}

TEST_P(RunLanesTest, EpisodesInterleaveAndWhatLanesDoBetweenIsNotTold) {
  MakeLanes(3);
  options_.episodes = 10;
  options_.hooks = {&hook_};
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(hook_.lanes, 3);
  EXPECT_EQ(hook_.most_open, 3);
  EXPECT_EQ(hook_.ends, 1);
  EXPECT_THAT(hook_.said, SizeIs(10));
  EXPECT_EQ(hook_.said[0], "start 14 1 end 1");
  EXPECT_EQ(hook_.said[3], "start 17 1 2 3 4 end 4");
  EXPECT_EQ(hook_.said[9], "start 23 1 2 3 end 3");
}

TEST_P(RunLanesTest, SessionsSideBySideShareTheEpisodes) {
  MakeLanes(2);
  options_.episodes = 40;
  options_.parallel = 3;
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(Summary(result), Expected(14, 40));
  // Three episodes need two sessions of two lanes, not three.
  MakeLanes(2);
  options_.episodes = 3;
  RLMESH_ASSERT_OK(Play().status);
  EXPECT_LE(environments_->made, 2);
}

TEST_P(RunLanesTest, TrialsAndTelemetry) {
  MakeLanes(2);
  options_.episodes = 2;
  options_.seed = 16;  // 3 and 4 steps
  options_.trial_index_base = 5;
  options_.telemetry = true;
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(result.episodes[1].trial, 6);
  EXPECT_TRUE(result.episodes[1].predict_time.has_value());
  const auto count = [&result](const std::string& op) -> uint64_t {
    for (const TelemetryRow& row : result.telemetry) {
      if (row.op == op && row.metric == "total") return row.count;
    }
    return 0;
  };
  EXPECT_EQ(count("env.reset"), 1);
  EXPECT_EQ(count("env.step"), 4);
  EXPECT_EQ(count("model.predict"), 4);
  EXPECT_EQ(count("runner.round"), 4);
}

TEST_P(RunLanesTest, AFaultBeginsTheEpisodesInHandAnew) {
  MakeLanes(3);
  options_.episodes = 12;
  options_.on_fault = OnFault::kRetry;
  options_.hooks = {&hook_};
  environments_->on_step = [](int step) {
    if (step == 3) return Recoverable(absl::InternalError("boom"));
    if (step == 8) return absl::UnavailableError("gone");
    return absl::OkStatus();
  };
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(Summary(result), Expected(14, 12));
  EXPECT_GE(result.retries(), 2);
  EXPECT_LE(result.retries(), 6);
  EXPECT_EQ(environments_->made, 2);  // the first fault kept it
  EXPECT_THAT(hook_.said[2], HasSubstr("start 16 1 2 retry 1 2 "));
}

TEST_P(RunLanesTest, AFaultyModelIsReplaced) {
  MakeLanes(3);
  options_.episodes = 12;
  options_.on_fault = OnFault::kRetry;
  models_.on_predict = [](int n) {
    return n == 4 ? absl::InternalError("boom") : absl::OkStatus();
  };
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(Summary(result), Expected(14, 12));
  EXPECT_EQ(models_.made, 2);
  EXPECT_EQ(environments_->made, 1);
}

TEST_P(RunLanesTest, AFaultEndsTheRunAndNamesTheEpisodesInHand) {
  MakeLanes(3);
  options_.episodes = 12;
  environments_->on_step = [](int step) {
    return step == 2 ? absl::InternalError("boom") : absl::OkStatus();
  };
  RunResult result = Play();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("1 (seed 15), 2 (seed 16)"),
                             HasSubstr(" failed: environment: boom"),
                             HasSubstr("1 of 12 episodes finished"))));
  EXPECT_EQ(Summary(result), Expected(14, 1));
}

TEST_P(RunLanesTest, RetriesAreBounded) {
  MakeLanes(2);
  options_.episodes = 4;
  options_.on_fault = OnFault::kRetry;
  environments_->on_step = [](int) {
    return Recoverable(absl::InternalError("boom"));
  };
  RunResult result = Play();
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kInternal,
                                      HasSubstr("after 3 retries")));
  EXPECT_EQ(environments_->resets, 0);
  EXPECT_LE(environments_->steps, 4);
}

TEST_P(RunLanesTest, AHooksErrorEndsTheRun) {
  MakeLanes(3);
  options_.episodes = 12;
  hook_.step_status = absl::DataLossError("disk");
  options_.hooks = {&hook_};
  RunResult result = Play();
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kDataLoss, "disk"));
  EXPECT_EQ(hook_.ends, 1);
}

TEST_P(RunLanesTest, AResumedRunPlaysWhatIsMissing) {
  const TempDir dir = *TempDir::Create("lanes");
  const std::string path = absl::StrCat(dir.path(), "/run.jsonl");
  options_.episodes = 12;
  JournalHeader header;
  header.seed = 14;
  header.episodes = 12;
  {
    auto journal = Journal::Create(path, header);
    RLMESH_ASSERT_OK(journal);
    options_.journal = journal->get();
    MakeLanes(3);
    environments_->on_step = [](int step) {
      return step == 5 ? absl::UnavailableError("killed") : absl::OkStatus();
    };
    EXPECT_THAT(Play().status, StatusIs(absl::StatusCode::kUnavailable));
  }
  auto journal = Journal::Open(path);
  RLMESH_ASSERT_OK(journal);
  options_.journal = journal->get();
  const size_t before = (*journal)->entries().size();
  EXPECT_GT(before, 0);
  EXPECT_LT(before, 12);
  MakeLanes(4);  // the number of lanes may change
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(result.resumed, before);
  EXPECT_EQ(Summary(result), Expected(14, 12));
}

TEST_P(RunLanesTest, TimeCapsAreOfEachLane) {
  FakeClock clock;
  options_.clock = &clock;
  options_.episodes = 4;
  options_.seed = 20;  // 7, 1, 2 and 3 steps
  options_.max_episode_time = absl::Seconds(3);
  MakeLanes(2);
  environments_->on_step = [&clock](int) {
    clock.Advance(absl::Seconds(1));
    return absl::OkStatus();
  };
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_THAT(
      Summary(result),
      ElementsAre("0 20 3 60 time cap 01 0", "1 21 1 21 terminated 10 1",
                  "2 22 2 44 terminated 10 2", "3 23 3 69 terminated 10 3"));
  EXPECT_EQ(result.episodes[0].duration, absl::Seconds(3));
}

TEST_P(RunLanesTest, TheRunsTimeEndsAllLanes) {
  FakeClock clock;
  options_.clock = &clock;
  options_.episodes = 10;
  options_.seed = 20;
  options_.max_time = absl::Seconds(2);
  MakeLanes(2);
  environments_->on_step = [&clock](int) {
    clock.Advance(absl::Seconds(1));
    return absl::OkStatus();
  };
  RunResult result = Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(Summary(result)[0], "0 20 2 40 time cap 01 0");
  EXPECT_LE(result.episodes.size(), 3);
}

TEST_P(RunLanesTest, CancelEndsTheRunSoon) {
  MakeLanes(3);
  options_.episodes = 1000000;
  std::unique_ptr<rlmesh::Run> run;
  environments_->on_step = [&run](int step) {
    if (step == 50) run->Cancel();
    return absl::OkStatus();
  };
  run = std::make_unique<rlmesh::Run>(environments_.get(), &models_, options_);
  RunResult result = run->Play();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kCancelled, HasSubstr("interrupted")));
  EXPECT_LE(environments_->steps, 51);
}

TEST(RunLanesAloneTest, AFaultOfAResetCostsTheEpisodesThatBegin) {
  LanesFactory environments(3, kAlone);
  Models models;
  OrderHook hook;
  RunOptions options;
  options.seed = 14;  // 1, 2, 3, 4 ... steps
  options.episodes = 5;
  options.on_fault = OnFault::kRetry;
  options.hooks = {&hook};
  environments.on_reset = [](int reset) {
    return reset == 2 ? Recoverable(absl::InternalError("boom"))
                      : absl::OkStatus();
  };
  RunResult result = rlmesh::Run(&environments, &models, options).Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_EQ(Summary(result), Expected(14, 5));
  EXPECT_EQ(result.retries(), 1);
  EXPECT_EQ(hook.said[3], "start 17 retry 1 2 3 4 end 4");
  EXPECT_EQ(hook.said[2], "start 16 1 2 3 end 3");
  EXPECT_EQ(environments.made, 1);
}

TEST(RunLanesAloneTest, SuccessIsWhatTheLanesInfosSay) {
  FakeLanes env(2, AutoresetMode::kDisabled, true);
  for (const int lane : {0, 1}) {
    spaces::v1::MetaMap infos;
    (*infos.mutable_entries())["is_success"] = MetaBool(lane == 1);
    env.lane(lane).final_infos = SerializeMeta(infos);
  }
  FakeModel model;
  RunOptions options;
  options.seed = 15;
  options.episodes = 2;
  RunResult result = rlmesh::Run(&env, &model, options).Play();
  RLMESH_ASSERT_OK(result.status);
  EXPECT_THAT(Summary(result), ElementsAre("0 15 2 30 terminated 10 0 failed",
                                           "1 16 3 48 terminated 10 1 solved"));
}

}  // namespace
}  // namespace rlmesh
