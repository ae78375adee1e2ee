// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/journal_folder.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class JournalFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    setenv("XDG_STATE_HOME", dir_->path().c_str(), 1);
    auto folder = RunsFolder();
    RLMESH_ASSERT_OK(folder);
    folder_ = *folder;
  }

  // A journal of so many of three episodes.
  std::unique_ptr<Journal> Write(int episodes) {
    auto journal = CreateJournalIn(folder_, "pkg:Env/x-v1", absl::Now(),
                                   {7, 3, {{"source", "gym://X-v1"}}});
    EXPECT_THAT(journal, IsOk());
    for (int i = 0; i < episodes; ++i) {
      JournalEntry entry;
      entry.episode.index = i;
      entry.episode.seed = 7 + i;
      EXPECT_THAT((*journal)->Append(entry), IsOk());
    }
    return *std::move(journal);
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("runs-test");
  std::string folder_;
};

TEST_F(JournalFolderTest, IsOfThisUserAlone) {
  EXPECT_EQ(folder_, dir_->path() + "/rlmesh/runs");
  struct stat status;
  ASSERT_EQ(stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700);
}

TEST_F(JournalFolderTest, FallsBackToTheHomeFolder) {
  setenv("XDG_STATE_HOME", "relative", 1);
  setenv("HOME", (dir_->path() + "/home").c_str(), 1);
  auto folder = RunsFolder();
  RLMESH_ASSERT_OK(folder);
  EXPECT_EQ(*folder, dir_->path() + "/home/.local/state/rlmesh/runs");
  unsetenv("HOME");
  EXPECT_THAT(RunsFolder(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("XDG_STATE_HOME")));
}

TEST_F(JournalFolderTest, FindsWhatAKilledRunLeft) {
  const std::string path = Write(2)->path();
  EXPECT_THAT(path, StartsWith(folder_ + "/pkg-Env-x-v1-"));
  const std::vector<LeftRun> runs = FindLeftRuns(folder_, absl::Now());
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].path, path);
  EXPECT_EQ(runs[0].finished, 2);
  EXPECT_EQ(runs[0].header.episodes, 3);
}

TEST_F(JournalFolderTest, LeavesLivingRunsAlone) {
  auto journal = Write(0);
  EXPECT_THAT(FindLeftRuns(folder_, absl::Now()), IsEmpty());
  EXPECT_EQ(access(journal->path().c_str(), F_OK), 0);
}

TEST_F(JournalFolderTest, KeepsResultsThatNobodyHasSeen) {
  const std::string path = Write(3)->path();
  const std::vector<LeftRun> runs = FindLeftRuns(folder_, absl::Now());
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].path, path);
  EXPECT_EQ(runs[0].finished, runs[0].header.episodes);
}

TEST_F(JournalFolderTest, RemovesWhatNobodyCanGoOnWith) {
  const std::string empty = Write(0)->path();
  const std::string foreign = folder_ + "/notes.jsonl";
  RLMESH_ASSERT_OK(WriteFileAtomically(foreign, "Dear diary\n"));
  EXPECT_THAT(FindLeftRuns(folder_, absl::Now()), IsEmpty());
  EXPECT_NE(access(empty.c_str(), F_OK), 0);
  EXPECT_EQ(access(foreign.c_str(), F_OK), 0);
}

TEST_F(JournalFolderTest, ForgetsAfterAMonth) {
  const std::string path = Write(2)->path();
  EXPECT_THAT(FindLeftRuns(folder_, absl::Now() + absl::Hours(24 * 29)),
              SizeIs(1));
  EXPECT_THAT(FindLeftRuns(folder_, absl::Now() + absl::Hours(24 * 31)),
              IsEmpty());
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST_F(JournalFolderTest, AMissingFolderHoldsNothing) {
  EXPECT_THAT(FindLeftRuns(folder_ + "/none", absl::Now()), IsEmpty());
}

}  // namespace
}  // namespace rlmesh
