// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/cancellation.h"

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(CancellationTest, CallsWhoIsThereOnce) {
  Cancellation cancellation;
  int gone = 0, there = 0, late = 0;
  {
    Cancellation::Callback callback(&cancellation, [&] { ++gone; });
  }
  Cancellation::Callback callback(&cancellation, [&] { ++there; });
  EXPECT_FALSE(cancellation.cancelled());
  cancellation.Cancel();
  cancellation.Cancel();
  EXPECT_TRUE(cancellation.cancelled());
  Cancellation::Callback after(&cancellation, [&] { ++late; });
  EXPECT_EQ(gone, 0);
  EXPECT_EQ(there, 1);
  EXPECT_EQ(late, 1);
}

TEST(CancellationTest, WithoutOneNothingIsCalled) {
  bool called = false;
  {
    Cancellation::Callback callback(nullptr, [&] { called = true; });
  }
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace rlmesh
