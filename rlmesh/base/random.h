// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Small, seeded, portable random numbers.

#ifndef RLMESH_BASE_RANDOM_H_
#define RLMESH_BASE_RANDOM_H_

#include <cstdint>

namespace rlmesh {

// The same seed gives the same numbers on every machine and in every release:
// results of a run depend on it. xoshiro256** (Blackman and Vigna, 2018), state
// from SplitMix64. Satisfies UniformRandomBitGenerator, but std:: distributions
// differ between libraries: use the methods here. Not for secrets. Not
// thread-safe.
//
// Example:
//   Random random(/*seed=*/7, /*stream=*/episode);
//   double x = random.Uniform();   // [0, 1)
class Random {
 public:
  using result_type = uint64_t;

  // Different streams of one seed are independent.
  explicit Random(uint64_t seed, uint64_t stream = 0);

  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return ~uint64_t{0}; }

  // 64 random bits.
  uint64_t operator()();

  // Uniform in [0, 1), 53 bits.
  double Uniform();

  // Uniform in [0, n), without bias; `n` is at least 1.
  uint64_t Below(uint64_t n);

  // Standard normal and exponential (mean 1).
  double Normal();
  double Exponential();

 private:
  uint64_t state_[4];
};

// A seed nobody chose, from the kernel.
uint64_t RandomSeed();

}  // namespace rlmesh

#endif  // RLMESH_BASE_RANDOM_H_
