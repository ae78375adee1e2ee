// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/little_endian.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(LittleEndianTest, LowestByteComesFirstAtAnyAlignment) {
  char bytes[16] = {};
  StoreLittleEndian<uint64_t>(0x0807060504030201, bytes + 3);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(bytes[3 + i], i + 1);
  EXPECT_EQ(LoadLittleEndian<uint64_t>(bytes + 3), 0x0807060504030201);
  EXPECT_EQ(LoadLittleEndian<uint32_t>(bytes + 3), 0x04030201);
  EXPECT_EQ(LoadLittleEndian<uint16_t>(bytes + 3), 0x0201);
}

TEST(LittleEndianTest, HighBitsAreNotSigns) {
  const char bytes[4] = {'\xff', '\xfe', '\x80', '\xff'};
  EXPECT_EQ(LoadLittleEndian<uint32_t>(bytes), 0xff80feff);
}

}  // namespace
}  // namespace rlmesh
