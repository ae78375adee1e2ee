// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/nearest.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(NearestTest, FindsWhatWasMistypedOrCutShort) {
  const std::vector<std::string> words = {"run", "start", "stop"};
  EXPECT_EQ(Nearest("rnu", words), "run");
  EXPECT_EQ(Nearest("sta", words), "start");
  EXPECT_EQ(Nearest("stpo", words), "stop");
}

TEST(NearestTest, FindsNothingForWhatIsFarFromAll) {
  const std::vector<std::string> words = {"run", "start", "stop"};
  EXPECT_EQ(Nearest("elephant", words), "");
  EXPECT_EQ(Nearest("", words), "");
  EXPECT_EQ(Nearest(std::string(1 << 20, 's'), words), "");
  EXPECT_EQ(Nearest("run", {}), "");
}

}  // namespace
}  // namespace rlmesh
