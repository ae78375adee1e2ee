// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Many numbers in a fixed space.

#ifndef RLMESH_DRIVER_HISTOGRAM_H_
#define RLMESH_DRIVER_HISTOGRAM_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace rlmesh {

// Counts numbers of 0 or more in buckets, 32 to an octave: quantiles are right
// to within 2 %, whatever their magnitude; count, sum, least and largest are
// exact. Adding is some nanoseconds and allocates nothing; 16 KiB. Not
// thread-safe: each thread has its own, merged in the end.
//
// Example:
//   histogram.Add(absl::ToInt64Nanoseconds(elapsed));
//   histogram.Quantile(0.99);
class Histogram {
 public:
  void Add(uint64_t value);
  void Merge(const Histogram& other);

  uint64_t count() const { return count_; }
  double Average() const;  // 0 when empty
  // The number below which a share `q` of them lies, 0 to 1. 0 when empty.
  double Quantile(double q) const;

 private:
  static constexpr int kBits = 5;
  static constexpr size_t kPerOctave = size_t{1} << kBits;
  static size_t BucketOf(uint64_t value);
  static double MiddleOf(size_t bucket);

  std::array<uint64_t, (65 - kBits)* kPerOctave> buckets_ = {};
  uint64_t count_ = 0;
  double sum_ = 0;
  uint64_t least_ = ~uint64_t{0};
  uint64_t largest_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_HISTOGRAM_H_
