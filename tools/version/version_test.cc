// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "tools/version/version.h"

#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "re2/re2.h"

namespace rlmesh {
namespace {

TEST(VersionTest, IsTheConstantOfTheRootBuildFile) {
  std::ifstream file("version.txt");
  std::string want;
  ASSERT_TRUE(std::getline(file, want));
  EXPECT_EQ(Version(), want);
}

TEST(VersionTest, CommitIsAHashOrUnknown) {
  const std::string commit(Commit());
  EXPECT_TRUE(RE2::FullMatch(commit, "[0-9a-f]{12}\\+?|unknown")) << commit;
}

}  // namespace
}  // namespace rlmesh
