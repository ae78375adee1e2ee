// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/message_limit.h"

#include <string>

#include "gtest/gtest.h"
#include "rlmesh/proto/spaces/v1/value.pb.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

// Beside its bytes, a leaf has a tag and a length of four bytes.
constexpr size_t kOverhead = 5;

TEST(MessageLimitTest, EndsWhereTheWireSays) {
  spaces::v1::SpaceValue value;
  EXPECT_TRUE(FitsMessage(value));
  std::string* leaf = value.add_leaves();
  leaf->resize(size_t{wire::kMaxMessageBytes} - kOverhead);
  EXPECT_TRUE(FitsMessage(value));
  leaf->push_back('x');
  EXPECT_FALSE(FitsMessage(value));
}

TEST(MessageLimitTest, CountsAllLeaves) {
  spaces::v1::SpaceValue value;
  value.add_leaves()->resize(size_t{wire::kMaxMessageBytes} / 2);
  EXPECT_TRUE(FitsMessage(value));
  value.add_leaves()->resize(size_t{wire::kMaxMessageBytes} / 2);
  EXPECT_FALSE(FitsMessage(value));
}

}  // namespace
}  // namespace rlmesh
