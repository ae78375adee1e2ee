// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/temp_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

bool Exists(const std::string& path) {
  struct stat st;
  return lstat(path.c_str(), &st) == 0;
}

TEST(TempDirTest, IsPrivateShortAndRemovedWithItsContent) {
  std::string path;
  {
    auto dir = TempDir::Create("t");
    ASSERT_THAT(dir, IsOk());
    path = dir->path();
    struct stat st;
    ASSERT_EQ(stat(path.c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0700);
    EXPECT_LT(path.size(), 40u);
    std::ofstream(path + "/file") << "x";
    ASSERT_EQ(mkdir((path + "/sub").c_str(), 0700), 0);
  }
  EXPECT_FALSE(Exists(path));
}

TEST(TempDirTest, ReleasedFolderStays) {
  auto dir = TempDir::Create("t");
  ASSERT_THAT(dir, IsOk());
  const std::string path = dir->Release();
  *dir = *TempDir::Create("u");
  EXPECT_TRUE(Exists(path));
  EXPECT_THAT(RemoveTree(path), IsOk());
  EXPECT_FALSE(Exists(path));
}

TEST(TempDirTest, RefusesNamesThatCouldEscape) {
  for (const char* name : {"", "../x", "A", "a/b", "seventeen-letters"}) {
    EXPECT_THAT(TempDir::Create(name),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << name;
  }
}

TEST(RemoveTreeTest, DoesNotFollowLinks) {
  auto outside = TempDir::Create("o");
  auto dir = TempDir::Create("d");
  std::ofstream(outside->path() + "/keep") << "x";
  ASSERT_EQ(symlink(outside->path().c_str(), (dir->path() + "/l").c_str()), 0);
  ASSERT_THAT(RemoveTree(dir->Release()), IsOk());
  EXPECT_TRUE(Exists(outside->path() + "/keep"));
}

TEST(RemoveTreeTest, MissingPathIsFine) {
  EXPECT_THAT(RemoveTree("/tmp/rlmesh-does-not-exist"), IsOk());
}

}  // namespace
}  // namespace rlmesh
