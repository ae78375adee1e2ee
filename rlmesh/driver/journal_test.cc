// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/journal.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    path_ = dir_->path() + "/run.jsonl";
  }

  JournalHeader Header() {
    return {7, 1000, {{"source", "gym://CartPole-v1"}, {"policy", "random"}}};
  }

  JournalEntry Entry(int64_t index) {
    JournalEntry entry;
    entry.episode.index = index;
    entry.episode.seed = 7 + index;
    return entry;
  }

  // Makes one with two episodes, and closes it.
  void WriteTwo() {
    auto journal = Journal::Create(path_, Header());
    RLMESH_ASSERT_OK(journal);
    RLMESH_ASSERT_OK((*journal)->Append(Entry(0)));
    RLMESH_ASSERT_OK((*journal)->Append(Entry(1)));
  }

  std::string Bytes() { return ReadFile(path_).value_or(""); }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("journal-test");
  std::string path_;
};

TEST_F(JournalTest, IsReadableByThisUserOnlyAndGoesOn) {
  WriteTwo();
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
  {
    auto journal = Journal::Open(path_);
    RLMESH_ASSERT_OK(journal);
    EXPECT_THAT((*journal)->entries(), SizeIs(2));
    RLMESH_ASSERT_OK((*journal)->Append(Entry(2)));
  }
  auto journal = Journal::Open(path_);
  RLMESH_ASSERT_OK(journal);
  EXPECT_THAT((*journal)->entries(), SizeIs(3));
  EXPECT_EQ((*journal)->entries()[2].episode.index, 2);
  RLMESH_ASSERT_OK((*journal)->Remove());
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
}

TEST_F(JournalTest, NeverOverwritesAFile) {
  WriteTwo();
  const std::string before = Bytes();
  EXPECT_THAT(Journal::Create(path_, Header()),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       AllOf(HasSubstr(path_), HasSubstr("--resume="))));
  EXPECT_EQ(Bytes(), before);
}

TEST_F(JournalTest, TwoRunsCannotWriteOne) {
  auto journal = Journal::Create(path_, Header());
  RLMESH_ASSERT_OK(journal);
  EXPECT_THAT(Journal::Open(path_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(path_), HasSubstr("another run"))));
}

TEST_F(JournalTest, WaitsForWhoJustLooks) {
  WriteTwo();
  auto looking = Journal::Open(path_);
  RLMESH_ASSERT_OK(looking);
  EXPECT_THAT(Journal::Open(path_, absl::ZeroDuration()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  std::thread looks([&looking] {
    absl::SleepFor(absl::Milliseconds(50));
    looking->reset();
  });
  RLMESH_EXPECT_OK(Journal::Open(path_, absl::Minutes(1)).status());
  looks.join();
}

TEST_F(JournalTest, NeverGoesOnWithAFileThatWasRemovedMeanwhile) {
  WriteTwo();
  auto looking = Journal::Open(path_);
  RLMESH_ASSERT_OK(looking);
  std::thread removes([&looking] {
    absl::SleepFor(absl::Milliseconds(50));
    RLMESH_EXPECT_OK((*looking)->Remove());
    looking->reset();
  });
  EXPECT_THAT(Journal::Open(path_, absl::Minutes(1)),
              StatusIs(absl::StatusCode::kNotFound));
  removes.join();
}

TEST_F(JournalTest, CutsOffALineThatAKillLeftIncomplete) {
  WriteTwo();
  const std::string whole = Bytes();
  ASSERT_EQ(truncate(path_.c_str(), whole.size() - 7), 0);
  {
    auto journal = Journal::Open(path_);
    RLMESH_ASSERT_OK(journal);
    EXPECT_THAT((*journal)->entries(), SizeIs(1));
    RLMESH_ASSERT_OK((*journal)->Append(Entry(1)));
  }
  EXPECT_EQ(Bytes(), whole);
}

TEST_F(JournalTest, ABrokenMiddleIsNamedAndLeftAlone) {
  WriteTwo();
  std::string bytes = Bytes();
  bytes[bytes.find('\n') + 5] = '\0';
  RLMESH_ASSERT_OK(WriteFileAtomically(path_, bytes));
  EXPECT_THAT(Journal::Open(path_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(path_), HasSubstr("line 2"))));
  EXPECT_EQ(Bytes(), bytes);
}

TEST_F(JournalTest, MissingAndForeignFilesAreRefused) {
  EXPECT_THAT(Journal::Open(path_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(path_)));
  EXPECT_THAT(Journal::Open("/dev/null"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("no ordinary file")));
  RLMESH_ASSERT_OK(WriteFileAtomically(path_, "Dear diary\n"));
  EXPECT_THAT(Journal::Open(path_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(path_), HasSubstr("line 1"))));
  EXPECT_EQ(Bytes(), "Dear diary\n");
  const std::string nowhere = dir_->path() + "/none/run.jsonl";
  EXPECT_THAT(Journal::Create(nowhere, Header()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(nowhere)));
}

TEST_F(JournalTest, AnotherRunIsRefusedNamingBoth) {
  WriteTwo();
  auto journal = Journal::Open(path_);
  RLMESH_ASSERT_OK(journal);
  RLMESH_EXPECT_OK((*journal)->CheckSameRun(Header()));
  const auto refused = [&](auto change, const std::string& a,
                           const std::string& b) {
    JournalHeader header = Header();
    change(&header);
    EXPECT_THAT((*journal)->CheckSameRun(header),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr(path_), HasSubstr(a), HasSubstr(b))));
  };
  refused([](JournalHeader* h) { h->settings["source"] = "gym://Ant-v5"; },
          "source is \"gym://CartPole-v1\"", "\"gym://Ant-v5\"");
  refused([](JournalHeader* h) { h->settings.erase("policy"); },
          "policy is \"random\"", "not set");
  refused([](JournalHeader* h) { h->settings["kwargs"] = "{}"; },
          "kwargs is not set", "\"{}\"");
  refused([](JournalHeader* h) { h->seed = 8; }, "seed is 7", "is 8");
  refused([](JournalHeader* h) { h->episodes = 3; }, "episodes is 1000",
          "is 3");
}

TEST_F(JournalTest, MoreEpisodesExtendThePlan) {
  WriteTwo();
  {
    auto journal = Journal::Open(path_);
    RLMESH_ASSERT_OK(journal);
    JournalHeader more = Header();
    more.episodes = 2000;
    RLMESH_EXPECT_OK((*journal)->CheckSameRun(more));
    RLMESH_ASSERT_OK((*journal)->Extend(2000));
    RLMESH_ASSERT_OK((*journal)->Append(Entry(1999)));
  }
  auto journal = Journal::Open(path_);
  RLMESH_ASSERT_OK(journal);
  EXPECT_EQ((*journal)->header().episodes, 2000);
  EXPECT_THAT((*journal)->entries(), SizeIs(3));
}

TEST_F(JournalTest, AFullDiskLeavesAReadableFile) {
  auto journal = Journal::Create(path_, Header());
  RLMESH_ASSERT_OK(journal);
  RLMESH_ASSERT_OK((*journal)->Append(Entry(0)));
  const std::string before = Bytes();
  // As on a disk with room for a third of a line.
  ASSERT_NE(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  rlimit old, full;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  full = old;
  full.rlim_cur = before.size() + 50;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const absl::Status failed = (*journal)->Append(Entry(1));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_THAT(failed, StatusIs(absl::StatusCode::kResourceExhausted,
                               AllOf(HasSubstr(path_), HasSubstr("writing"))));
  // For good: what comes later would hide that something is missing.
  EXPECT_EQ((*journal)->Append(Entry(2)), failed);
  EXPECT_EQ(Bytes(), before);
  journal->reset();
  auto again = Journal::Open(path_);
  RLMESH_ASSERT_OK(again);
  EXPECT_THAT((*again)->entries(), SizeIs(1));
}

}  // namespace
}  // namespace rlmesh
