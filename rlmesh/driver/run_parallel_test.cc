// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Several sessions in one run.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/barrier.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/driver/journal.h"
#include "rlmesh/driver/run.h"
#include "rlmesh/env/testing/fake_environment.h"
#include "rlmesh/model/testing/fake_model.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// Environments whose episodes differ by their seed: seed % 7 + 1 steps, each
// with a reward of that seed.
class Environments : public EnvironmentFactory {
 public:
  const EnvContract& contract() const override { return model_.contract(); }
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& /*options*/) override {
    int made;
    {
      absl::MutexLock lock(&mu_);
      made = ++made_;
    }
    if (on_create) {
      if (absl::Status s = on_create(made); !s.ok()) return s;
    }
    auto environment = std::make_unique<FakeEnvironment>();
    FakeEnvironment* const raw = environment.get();
    environment->on_reset = [this, raw] {
      raw->episode_steps = raw->seeds.back() % 7 + 1;
      raw->reward = raw->seeds.back();
      return on_reset ? on_reset(raw->seeds.back()) : absl::OkStatus();
    };
    return environment;
  }
  int made() const {
    absl::MutexLock lock(&mu_);
    return made_;
  }

  std::function<absl::Status(int64_t seed)> on_reset;
  // With the how many-eth it is.
  std::function<absl::Status(int made)> on_create;

 private:
  FakeEnvironment model_;
  mutable absl::Mutex mu_;
  int made_ ABSL_GUARDED_BY(mu_) = 0;
};

class Models : public ModelFactory {
 public:
  absl::StatusOr<std::unique_ptr<Model>> Create(
      Cancellation* /*cancellation*/) override {
    return std::make_unique<FakeModel>();
  }
};

class RunParallelTest : public ::testing::Test {
 protected:
  RunParallelTest() {
    options_.seed = 100;
    options_.episodes = 50;
  }

  RunResult Play(int parallel) {
    options_.parallel = parallel;
    return rlmesh::Run(&environments_, &models_, options_).Play();
  }

  std::string Shown(const RunResult& result) {
    std::string text;
    for (const EpisodeResult& e : result.episodes) {
      absl::StrAppend(&text, e.index, " ", e.seed, " ", e.steps, " ", e.reward,
                      "\n");
    }
    return text;
  }

  Environments environments_;
  Models models_;
  RunOptions options_;
};

TEST_F(RunParallelTest, TheEpisodesAreTheSameWhateverTheNumberOfSessions) {
  RunResult alone = Play(1);
  RLMESH_ASSERT_OK(alone.status);
  ASSERT_THAT(alone.episodes, SizeIs(50));
  EXPECT_EQ(environments_.made(), 1);
  for (int parallel : {2, 3, 8, 64}) {
    RunResult result = Play(parallel);
    RLMESH_ASSERT_OK(result.status);
    EXPECT_EQ(Shown(result), Shown(alone));
  }
  // No more than there are episodes; who comes late need not begin.
  EXPECT_LE(environments_.made(), 1 + 2 + 3 + 8 + 50);
}

TEST_F(RunParallelTest, EpisodesReallyPlaySideBySide) {
  options_.episodes = 4;
  // Nobody goes on until all have come.
  absl::Barrier* const barrier = new absl::Barrier(4);
  environments_.on_reset = [barrier](int64_t) {
    if (barrier->Block()) delete barrier;
    return absl::OkStatus();
  };
  RunResult result = Play(4);
  RLMESH_EXPECT_OK(result.status);
  EXPECT_THAT(result.episodes, SizeIs(4));
}

TEST_F(RunParallelTest, HooksAreCalledOneAtATimeInOrderForEachEpisode) {
  class Order : public Hook {
   public:
    absl::Status OnRunStart(const RunStart&) override {
      EXPECT_EQ(++inside, 1);
      absl::SleepFor(absl::Milliseconds(20));  // for others to overtake
      ++starts;
      --inside;
      return absl::OkStatus();
    }
    absl::Status OnEpisodeStart(int64_t index, int64_t) override {
      EXPECT_EQ(++inside, 1);
      EXPECT_EQ(starts, 1);
      EXPECT_EQ(steps[index]++, 0);
      --inside;
      return absl::OkStatus();
    }
    absl::Status OnStep(const StepEvent& event) override {
      EXPECT_EQ(++inside, 1);
      EXPECT_EQ(steps[event.episode]++, event.step);
      --inside;
      return absl::OkStatus();
    }
    absl::Status OnEpisodeEnd(const EpisodeResult& result) override {
      EXPECT_EQ(++inside, 1);
      EXPECT_EQ(steps[result.index], result.steps + 1);
      ++ends;
      --inside;
      return absl::OkStatus();
    }
    int inside = 0;  // not atomic: there is one lock
    int starts = 0;
    int ends = 0;
    std::vector<int64_t> steps = std::vector<int64_t>(50);
  };
  Order order;
  options_.hooks = {&order};
  RLMESH_EXPECT_OK(Play(8).status);
  EXPECT_EQ(order.starts, 1);
  EXPECT_EQ(order.ends, 50);
}

// A server may be restarted while later sessions begin.
TEST_F(RunParallelTest, ASessionThatCannotBeginAtOnceTriesAgain) {
  absl::Notification tried;
  // The first session has started the run, and plays until the second tried.
  environments_.on_reset = [&](int64_t) {
    tried.WaitForNotification();
    return absl::OkStatus();
  };
  class Started : public Hook {
   public:
    absl::Status OnRunStart(const RunStart&) override {
      started.Notify();
      return absl::OkStatus();
    }
    absl::Notification started;
  };
  Started hook;
  environments_.on_create = [&](int made) -> absl::Status {
    if (made != 2) return absl::OkStatus();
    hook.started.WaitForNotification();
    tried.Notify();
    return absl::UnavailableError("nobody there");
  };
  options_.hooks = {&hook};
  options_.on_fault = OnFault::kRetry;
  options_.retry.first_delay = absl::Milliseconds(1);
  const RunResult result = Play(2);
  RLMESH_EXPECT_OK(result.status);
  EXPECT_THAT(result.episodes, SizeIs(50));
  EXPECT_EQ(environments_.made(), 3);
}

TEST_F(RunParallelTest, AFaultLetsTheOthersFinishTheirEpisodes) {
  absl::Notification failed;
  environments_.on_reset = [&failed](int64_t seed) {
    if (seed == 103) {
      failed.Notify();
      return absl::InternalError("boom");
    }
    if (seed > 103 || seed < 100) return absl::OkStatus();
    failed.WaitForNotification();
    return absl::OkStatus();
  };
  RunResult result = Play(4);
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kInternal,
                                      HasSubstr("episode 3 (seed 103)")));
  ASSERT_GE(result.episodes.size(), 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(result.episodes[i].index, i);
}

TEST_F(RunParallelTest, AJournalHasThemAllAndTheRunGoesOnInIndexOrder) {
  auto dir = TempDir::Create("parallel-test");
  RLMESH_ASSERT_OK(dir);
  const std::string path = dir->path() + "/run.jsonl";
  const std::string unbroken = Shown(Play(1));
  {
    auto journal = Journal::Create(path, {100, 50, {}});
    RLMESH_ASSERT_OK(journal);
    options_.journal = journal->get();
    environments_.on_reset = [](int64_t seed) {
      return seed == 130 ? absl::InternalError("boom") : absl::OkStatus();
    };
    EXPECT_FALSE(Play(4).status.ok());
  }
  environments_.on_reset = nullptr;
  auto journal = Journal::Open(path);
  RLMESH_ASSERT_OK(journal);
  options_.journal = journal->get();
  RunResult result = Play(3);
  RLMESH_ASSERT_OK(result.status);
  EXPECT_GE(result.resumed, 26);
  EXPECT_EQ(Shown(result), unbroken);
}

}  // namespace
}  // namespace rlmesh
