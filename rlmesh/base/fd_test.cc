// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

int OpenNull() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

TEST(UniqueFdTest, ClosesAtTheEndOfItsScope) {
  int raw;
  {
    UniqueFd fd(OpenNull());
    raw = fd.get();
    ASSERT_TRUE(IsOpen(raw));
  }
  EXPECT_FALSE(IsOpen(raw));
}

TEST(UniqueFdTest, MoveTransfersAndAssignmentClosesTheOld) {
  UniqueFd a(OpenNull());
  UniqueFd b(OpenNull());
  const int raw_a = a.get();
  const int raw_b = b.get();
  b = std::move(a);
  EXPECT_FALSE(a.valid());
  EXPECT_EQ(b.get(), raw_a);
  EXPECT_FALSE(IsOpen(raw_b));
}

TEST(UniqueFdTest, ReleaseKeepsItOpen) {
  UniqueFd fd(OpenNull());
  const int raw = fd.Release();
  EXPECT_FALSE(fd.valid());
  EXPECT_TRUE(IsOpen(raw));
  close(raw);
}

TEST(UniqueFdTest, DuplicateOutlivesTheOriginal) {
  UniqueFd copy;
  {
    UniqueFd fd(OpenNull());
    ASSERT_THAT(fd.Duplicate(&copy), IsOk());
  }
  EXPECT_TRUE(IsOpen(copy.get()));
  EXPECT_NE(fcntl(copy.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(UniqueFdTest, DuplicateOfNothingIsAnError) {
  UniqueFd copy;
  EXPECT_FALSE(UniqueFd().Duplicate(&copy).ok());
}

}  // namespace
}  // namespace rlmesh
