// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What the steady state of a session costs: nothing from the heap.

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/sampler.h"
#include "rlmesh/spaces/space_builder.h"

namespace {
std::atomic<int> allocations{0};
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace rlmesh {
namespace {

SpaceSpec BigSpace() {
  return SpaceSpec::FromProto(
             DictSpace(
                 {{"camera", BoxSpace(DType::kUint8, {84, 84, 3}, 0, 255)},
                  {"joints", BoxSpace(DType::kFloat32, {7}, -1, 1)},
                  {"limits", BoxSpace(DType::kFloat64, {2}, {0, 1}, {2, 3})},
                  {"mode", DiscreteSpace(3)},
                  {"bits", MultiBinarySpace({9})},
                  {"cards", MultiDiscreteSpace({2}, {4, 13})},
                  {"task", TextSpace(4, 4, "abc")}}))
      .value();
}

TEST(AllocationTest, TheCounterCounts) {
  const int before = allocations;
  std::vector<int>* const vector = new std::vector<int>(1000);
  EXPECT_GE(allocations, before + 2);
  delete vector;
}

TEST(AllocationTest, CheckingAValidValueAllocatesNothing) {
  const SpaceSpec spec = BigSpace();
  Random random(1);
  ValueBuffer value(spec, 4);
  for (int lane = 0; lane < 4; ++lane) {
    SampleLane(spec, lane, 4, &random, &value);
  }
  std::vector<Deviation> deviations;
  for (ValidationPolicy policy :
       {ValidationPolicy::kWarn, ValidationPolicy::kStrict,
        ValidationPolicy::kOff}) {
    const int before = allocations;
    const bool ok = CheckValue(spec, value.view(), 4, policy, &deviations).ok();
    EXPECT_EQ(allocations, before);
    EXPECT_TRUE(ok);
  }
}

TEST(AllocationTest, ReusingABufferAllocatesNothing) {
  const SpaceSpec spec = BigSpace();
  Random random(1);
  ValueBuffer value(spec, 4), copy;
  for (int lane = 0; lane < 4; ++lane) {
    SampleLane(spec, lane, 4, &random, &value);
  }
  copy.Assign(value.view());
  const int before = allocations;
  for (int i = 0; i < 10; ++i) {
    SampleLane(spec, i % 4, 4, &random, &value);
    copy.Assign(value.view());
  }
  EXPECT_EQ(allocations, before);
  value.Reset(spec, 4);
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace rlmesh
