// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.
//
// A sanitizer that finds nothing passes every test: what each must find,
// planted. Without a sanitizer there is nothing to test.

#include <cstdlib>
#include <limits>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

// Where the compiler does not see what becomes of a value.
template <typename T>
T Hide(T value) {
  asm volatile("" : "+r"(value) : : "memory");
  return value;
}

#ifdef RLMESH_ASAN
int ReadAfterFree() {
  int* const numbers = new int[4]();
  int* const dangling = Hide(numbers);
  delete[] numbers;
  return Hide(dangling[2]);
}

int ReadPastTheEnd() {
  const std::vector<int> numbers(4);
  return Hide(Hide(numbers.data())[4]);
}

void Leak() {
  Hide(new int[100]);
  std::exit(0);
}

TEST(AddressSanitizerDeathTest, FindsWhatIsReadAfterItsEnd) {
  EXPECT_DEATH(ReadAfterFree(), "heap-use-after-free");
}

TEST(AddressSanitizerDeathTest, FindsWhatIsReadPastTheEnd) {
  EXPECT_DEATH(ReadPastTheEnd(), "heap-buffer-overflow");
}

TEST(AddressSanitizerDeathTest, FindsLeaks) {
  EXPECT_DEATH(Leak(), "detected memory leaks");
}
#endif

#ifdef RLMESH_UBSAN
TEST(UndefinedBehaviourSanitizerDeathTest, FindsSignedOverflow) {
  EXPECT_DEATH(Hide(Hide(std::numeric_limits<int>::max()) + 1),
               "signed integer overflow");
}

TEST(UndefinedBehaviourSanitizerDeathTest, FindsShiftsThatAreTooFar) {
  EXPECT_DEATH(Hide(1 << Hide(33)), "shift exponent 33");
}
#endif

#ifdef RLMESH_TSAN
void Race() {
  int number = 0;
  std::thread other([&number] { number = Hide(1); });
  number = Hide(2);
  other.join();
  std::exit(0);  // what was found is counted here
}

TEST(ThreadSanitizerDeathTest, FindsRaces) {
  EXPECT_DEATH(Race(), "data race");
}
#endif

TEST(SanitizerTest, HasNothingToTestWithoutOne) { EXPECT_EQ(Hide(1), 1); }

}  // namespace
}  // namespace rlmesh
