// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Runs that go on where others ended.

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/base/testing/fake_clock.h"
#include "rlmesh/driver/journal.h"
#include "rlmesh/driver/run.h"
#include "rlmesh/env/testing/fake_environment.h"
#include "rlmesh/model/testing/fake_model.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunJournalTest : public ::testing::Test {
 protected:
  RunJournalTest() {
    options_.clock = &clock_;
    options_.seed = 7;
  }
  RunResult Play() { return rlmesh::Run(&env_, &model_, options_).Play(); }
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

  FakeClock clock_;
  FakeEnvironment env_;
  FakeModel model_;
  RunOptions options_;
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

}  // namespace
}  // namespace rlmesh
