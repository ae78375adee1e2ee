// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tools/embed/test_bytes.h"
#include "tools/embed/test_empty.h"
#include "tools/embed/test_large.h"

namespace rlmesh {
namespace {

TEST(EmbedFileTest, GivesEveryByteOfABinaryFile) {
  constexpr char kFile[] = "first line\nNUL:\0 then \xff and the end";
  EXPECT_EQ(TestBytes(), absl::string_view(kFile, sizeof(kFile) - 1));
}

TEST(EmbedFileTest, IsFollowedByANulThatIsNotCounted) {
  EXPECT_EQ(TestBytes().data()[TestBytes().size()], '\0');
}

TEST(EmbedFileTest, TakesAnEmptyFile) { EXPECT_TRUE(TestEmpty().empty()); }

TEST(EmbedFileTest, TakesALargeGeneratedFile) {
  std::string want;
  for (int i = 1; i <= 200000; ++i) absl::StrAppend(&want, i, "\n");
  EXPECT_TRUE(TestLarge() == want) << TestLarge().size() << " bytes";
}

TEST(EmbedFileTest, ReturnsTheSameMemoryEachTime) {
  EXPECT_EQ(TestBytes().data(), TestBytes().data());
}

}  // namespace
}  // namespace rlmesh
