// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_journal.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class RunJournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    setenv("XDG_STATE_HOME", dir_->path().c_str(), 1);
    options_.source = "gym://CartPole-v1";
    options_.seed = 7;
    path_ = dir_->path() + "/my run.jsonl";
  }

  RunJournal Begin() {
    absl::StatusOr<RunJournal> journal = RunJournal::Resume(&options_);
    EXPECT_THAT(journal, IsOk());
    EXPECT_THAT(journal->Begin(options_), IsOk());
    return *std::move(journal);
  }

  // As Run does.
  void Finish(const RunJournal& journal, int episodes) {
    const int64_t done = journal.get()->entries().size();
    for (int64_t i = done; i < done + episodes; ++i) {
      JournalEntry entry;
      entry.episode.index = i;
      entry.episode.seed = 7 + i;
      RLMESH_ASSERT_OK(journal.get()->Append(entry));
    }
  }

  bool Exists(const std::string& path) { return std::filesystem::exists(path); }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("run-journal");
  std::string path_;
  RunCommandOptions options_;
};

TEST_F(RunJournalTest, OneThatNobodyAskedForGoesWhenTheRunEndsWell) {
  RunJournal journal = Begin();
  EXPECT_FALSE(journal.is_needed());
  EXPECT_EQ(journal.note(), "");
  const std::string path = journal.get()->path();
  EXPECT_THAT(path, StartsWith(dir_->path() + "/rlmesh/runs/CartPole-v1-"));
  EXPECT_EQ(journal.End(/*ended_well=*/true, 5), "");
  EXPECT_FALSE(Exists(path));
}

TEST_F(RunJournalTest, AfterAFaultItStaysAndTheWayToGoOnIsTold) {
  std::string path;
  {
    RunJournal journal = Begin();
    Finish(journal, 2);
    path = journal.get()->path();
    EXPECT_EQ(journal.End(/*ended_well=*/false, 2),
              "sandbox_runner run --resume=" + path);
  }
  // The next start tells it too, whatever it starts.
  {
    options_.source = "gym://Ant-v5";
    RunJournal journal = Begin();
    EXPECT_THAT(journal.note(),
                AllOf(HasSubstr("gym://CartPole-v1 ended after 2 of 5"),
                      HasSubstr("--resume=" + path)));
    journal.End(true, 5);
  }
  options_ = RunCommandOptions();
  options_.resume = path;
  RunJournal journal = Begin();
  EXPECT_EQ(options_.source, "gym://CartPole-v1");
  EXPECT_FALSE(journal.is_complete());
  EXPECT_EQ(journal.End(true, 5), "");
  EXPECT_FALSE(Exists(path));
}

TEST_F(RunJournalTest, WithoutAnEpisodeThereIsNothingToGoOnWith) {
  options_.journal = path_;
  EXPECT_EQ(Begin().End(/*ended_well=*/false, 0), "");
  EXPECT_FALSE(Exists(path_));
}

TEST_F(RunJournalTest, OneThatWasAskedForStays) {
  options_.journal = path_;
  {
    RunJournal journal = Begin();
    EXPECT_TRUE(journal.is_needed());
    Finish(journal, 5);
    EXPECT_EQ(journal.End(/*ended_well=*/true, 5), "");
  }
  options_ = RunCommandOptions();
  options_.resume = path_;
  RunJournal journal = Begin();
  EXPECT_TRUE(journal.is_complete());
  journal.End(true, 5);
  EXPECT_TRUE(Exists(path_));
}

TEST_F(RunJournalTest, ThePathIsShownAsAShellTakesIt) {
  options_.journal = path_;
  RunJournal journal = Begin();
  Finish(journal, 1);
  EXPECT_EQ(journal.End(false, 1),
            absl::StrCat("sandbox_runner run --resume='", path_, "'"));
}

TEST_F(RunJournalTest, MoreEpisodesMayBePlayedAndAnotherRunMayNot) {
  options_.journal = path_;
  { Finish(Begin(), 5); }
  options_.journal = "";
  options_.resume = path_;
  options_.episodes = 8;
  options_.given = {"episodes"};
  {
    RunJournal journal = Begin();
    EXPECT_EQ(journal.get()->header().episodes, 8);
    EXPECT_FALSE(journal.is_complete());
  }
  options_.policy = "constant:1";
  options_.given = {"policy"};
  auto journal = RunJournal::Resume(&options_);
  RLMESH_ASSERT_OK(journal);
  EXPECT_THAT(journal->Begin(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("random"), HasSubstr("constant:1"))));
}

TEST_F(RunJournalTest, AFolderThatCannotBeWrittenIsFatalOnlyWhenNamed) {
  setenv("XDG_STATE_HOME", "/dev/null", 1);
  RunJournal journal = Begin();
  EXPECT_EQ(journal.get(), nullptr);
  EXPECT_THAT(journal.note(),
              AllOf(HasSubstr("cannot be resumed"), HasSubstr("/dev/null")));
  EXPECT_EQ(journal.End(false, 3), "");
  options_.journal = "/dev/null/run.jsonl";
  auto asked = RunJournal::Resume(&options_);
  RLMESH_ASSERT_OK(asked);
  const absl::Status status = asked->Begin(options_);
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("/dev/null/run.jsonl"));
}

}  // namespace
}  // namespace rlmesh
