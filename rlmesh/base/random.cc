// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/random.h"

#include <sys/random.h>

#include <cmath>

#include "glog/logging.h"

namespace rlmesh {
namespace {

uint64_t SplitMix64(uint64_t* state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t RotateLeft(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

}  // namespace

Random::Random(uint64_t seed, uint64_t stream) {
  uint64_t mix = stream;
  uint64_t s = seed ^ SplitMix64(&mix);
  for (uint64_t& word : state_) word = SplitMix64(&s);
}

uint64_t Random::operator()() {
  const uint64_t result = RotateLeft(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = RotateLeft(state_[3], 45);
  return result;
}

double Random::Uniform() { return ((*this)() >> 11) * 0x1.0p-53; }

uint64_t Random::Below(uint64_t n) {
  DCHECK_GE(n, 1u);
  // Rejects the numbers of the last, incomplete run of n.
  const uint64_t threshold = -n % n;
  uint64_t x;
  do {
    x = (*this)();
  } while (x < threshold);
  return x % n;
}

double Random::Normal() {
  // Box-Muller; 1 - u keeps the logarithm finite.
  const double radius = std::sqrt(-2 * std::log(1 - Uniform()));
  return radius * std::cos(2 * M_PI * Uniform());
}

double Random::Exponential() { return -std::log(1 - Uniform()); }

uint64_t RandomSeed() {
  uint64_t seed = 0;
  PCHECK(getrandom(&seed, sizeof(seed), 0) == sizeof(seed));
  return seed;
}

}  // namespace rlmesh
