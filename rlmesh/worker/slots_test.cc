// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/slots.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/little_endian.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

TEST(SlotLayoutTest, LeavesDoNotOverlapAndVariableOnesHaveNoPlace) {
  auto layout =
      SlotLayout::Create(1, 1, {8, SlotLayout::kVariable, 70}, {0, 16});
  RLMESH_ASSERT_OK(layout);
  EXPECT_EQ(layout->rewards, 0);
  EXPECT_EQ(layout->terminated, 8);
  EXPECT_EQ(layout->truncated, 9);
  EXPECT_EQ(layout->interrupted, 16);
  EXPECT_EQ(layout->action[0].offset, 64);
  EXPECT_EQ(layout->action[1].bytes, SlotLayout::kVariable);
  EXPECT_EQ(layout->action[2].offset, 128);
  EXPECT_EQ(layout->observation[0].offset, 256);
  EXPECT_EQ(layout->observation[1].offset, 256);
  EXPECT_EQ(layout->size, 320);
  const std::string encoded = layout->Encode(0, 0, 1);
  EXPECT_EQ(encoded.size(), 8 * (10 + 2 * 5));
  EXPECT_EQ(LoadLittleEndian<uint64_t>(encoded.data()), 320);
}

TEST(SlotLayoutTest, ALeafHoldsTheRowsOfAllLanesOfAllWorkers) {
  auto layout = SlotLayout::Create(5, 2, {24}, {40});
  RLMESH_ASSERT_OK(layout);
  EXPECT_EQ(layout->terminated, 40);
  EXPECT_EQ(layout->truncated, 45);
  EXPECT_EQ(layout->interrupted, 56);
  EXPECT_EQ(layout->action[0].offset, 128);
  EXPECT_EQ(layout->observation[0].offset, 256);  // behind 5 * 24, rounded up
  EXPECT_EQ(layout->size, 512);
  const std::string second = layout->Encode(1, 3, 2);
  EXPECT_EQ(LoadLittleEndian<uint64_t>(&second[8 * 5]), 64);  // interrupted
  EXPECT_EQ(LoadLittleEndian<uint64_t>(&second[8 * 6]), 3);
  EXPECT_EQ(LoadLittleEndian<uint64_t>(&second[8 * 7]), 2);
}

TEST(SlotLayoutTest, TooMuchIsRefusedWithoutOverflow) {
  EXPECT_THAT(
      SlotLayout::Create(1, 1, {}, {SlotLayout::kMaxSize}),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("1073741824")));
  EXPECT_THAT(SlotLayout::Create(1, 1, {SlotLayout::kVariable - 1}, {}),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(SlotLayout::Create(uint64_t{1} << 40, 1, {uint64_t{1} << 29}, {}),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(SharedSlotsTest, CannotBeShrunkGrownOrUnsealed) {
  auto slots = SharedSlots::Create(4096);
  RLMESH_ASSERT_OK(slots);
  EXPECT_EQ(ftruncate(slots->fd(), 0), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(ftruncate(slots->fd(), 8192), -1);
  EXPECT_EQ(fcntl(slots->fd(), F_ADD_SEALS, F_SEAL_WRITE), -1);
  slots->data()[4095] = 'x';
  char c;
  EXPECT_EQ(pread(slots->fd(), &c, 1, 4095), 1);
  EXPECT_EQ(c, 'x');
}

TEST(SharedSlotsTest, MovesAndReleases) {
  auto slots = SharedSlots::Create(4096);
  RLMESH_ASSERT_OK(slots);
  SharedSlots other;
  other = *std::move(slots);
  other.data()[0] = 'y';
  EXPECT_EQ(other.size(), 4096);
}

}  // namespace
}  // namespace rlmesh
