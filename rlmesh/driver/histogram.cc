// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/histogram.h"

#include <algorithm>
#include <cmath>

#include "absl/numeric/bits.h"

namespace rlmesh {

size_t Histogram::BucketOf(uint64_t value) {
  if (value < kPerOctave) return value;
  // The leading one and the bits after it.
  const int octave = absl::bit_width(value) - kBits - 1;
  return (octave + 1) * kPerOctave + (value >> octave) - kPerOctave;
}

double Histogram::MiddleOf(size_t bucket) {
  if (bucket < kPerOctave) return bucket;
  const int octave = static_cast<int>(bucket / kPerOctave) - 1;
  const double low = std::ldexp(kPerOctave + bucket % kPerOctave, octave);
  return low + (std::ldexp(1, octave) - 1) / 2;
}

void Histogram::Add(uint64_t value) {
  ++buckets_[BucketOf(value)];
  ++count_;
  sum_ += value;
  least_ = std::min(least_, value);
  largest_ = std::max(largest_, value);
}

void Histogram::Merge(const Histogram& other) {
  for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  least_ = std::min(least_, other.least_);
  largest_ = std::max(largest_, other.largest_);
}

double Histogram::Average() const { return count_ == 0 ? 0 : sum_ / count_; }

double Histogram::Quantile(double q) const {
  if (count_ == 0) return 0;
  const uint64_t rank = std::min<uint64_t>(
      count_ - 1, static_cast<uint64_t>(std::max(0.0, q) * count_));
  uint64_t seen = 0;
  size_t bucket = 0;
  while (seen + buckets_[bucket] <= rank) seen += buckets_[bucket++];
  return std::clamp<double>(MiddleOf(bucket), least_, largest_);
}

}  // namespace rlmesh
