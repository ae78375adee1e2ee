// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/file.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class FileTest : public testing::Test {
 protected:
  absl::StatusOr<TempDir> dir_ = TempDir::Create("file-test");
};

TEST_F(FileTest, ReadsBackWhatWasWritten) {
  const std::string path = dir_->path() + "/f";
  const std::string bytes("a\0b\xff", 4);
  RLMESH_ASSERT_OK(WriteFileAtomically(path, "old and longer"));
  RLMESH_ASSERT_OK(WriteFileAtomically(path, bytes));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds(bytes));
  struct stat status;
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
}

TEST_F(FileTest, WritingLeavesNoOtherFile) {
  RLMESH_ASSERT_OK(WriteFileAtomically(dir_->path() + "/f", "x"));
  EXPECT_THAT(WriteFileAtomically(dir_->path() + "/none/f", "x"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
  int entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir_->path())) {
    EXPECT_EQ(entry.path().filename(), "f");
    ++entries;
  }
  EXPECT_EQ(entries, 1);
}

TEST_F(FileTest, WritersOfOneFileDoNotMeet) {
  const std::string path = dir_->path() + "/f";
  // A name that follows from the process alone could be laid out for us.
  const std::string victim = dir_->path() + "/victim";
  RLMESH_ASSERT_OK(WriteFileAtomically(victim, "keep"));
  const std::string guess =
      absl::StrCat(dir_->path(), "/.f.", getpid(), ".tmp");
  ASSERT_EQ(symlink(victim.c_str(), guess.c_str()), 0);
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    writers.emplace_back([&path, letter] {
      for (int i = 0; i < 20; ++i) {
        RLMESH_EXPECT_OK(WriteFileAtomically(path, std::string(9999, letter)));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  RLMESH_ASSERT_OK(bytes);
  EXPECT_EQ(*bytes, std::string(9999, (*bytes)[0]));
  EXPECT_THAT(ReadFile(victim), IsOkAndHolds(std::string("keep")));
}

TEST_F(FileTest, RefusesFilesThatAreMissingOrTooLong) {
  const std::string path = dir_->path() + "/f";
  EXPECT_THAT(ReadFile(path),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(path)));
  RLMESH_ASSERT_OK(WriteFileAtomically(path, std::string(100, 'x')));
  RLMESH_EXPECT_OK(ReadFile(path, 100));
  EXPECT_THAT(ReadFile(path, 99),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("99")));
}

TEST_F(FileTest, ReadsProcFiles) {
  EXPECT_THAT(ReadFile("/proc/self/stat"), IsOkAndHolds(HasSubstr("file_")));
}

TEST_F(FileTest, MakesFoldersThatOnlyTheUserCanEnter) {
  const std::string path = dir_->path() + "/a/b";
  RLMESH_ASSERT_OK(MakeFolders(path));
  RLMESH_ASSERT_OK(MakeFolders(path));
  struct stat status;
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700);
  RLMESH_ASSERT_OK(WriteFileAtomically(path + "/f", "x"));
  EXPECT_THAT(
      MakeFolders(path + "/f"),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("no folder")));
}

TEST_F(FileTest, CacheFolderFollowsTheVariableThenHome) {
  setenv("HOME", dir_->path().c_str(), 1);
  unsetenv("RLMESH_CACHE");
  EXPECT_THAT(CacheFolder("envs"),
              IsOkAndHolds(dir_->path() + "/.cache/rlmesh/envs"));
  setenv("RLMESH_CACHE", (dir_->path() + "/c").c_str(), 1);
  EXPECT_THAT(CacheFolder(""), IsOkAndHolds(dir_->path() + "/c"));
  setenv("RLMESH_CACHE", "/proc/none", 1);
  EXPECT_THAT(CacheFolder("x").status().message(),
              AllOf(HasSubstr("/proc/none"), HasSubstr("set RLMESH_CACHE")));
  setenv("RLMESH_CACHE", "relative", 1);
  EXPECT_THAT(CacheFolder("x"), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("relative")));
  unsetenv("RLMESH_CACHE");
  unsetenv("HOME");
  EXPECT_THAT(CacheFolder("x"), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         HasSubstr("HOME")));
}

}  // namespace
}  // namespace rlmesh
