// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/sampler.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "absl/strings/string_view.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/spaces/text_leaf.h"

namespace rlmesh {
namespace {

using Kind = LeafSpec::Kind;

// A drawn Text is at most this much longer than it must be.
constexpr int64_t kMaxExtraLength = 255;

bool IsValueOf(const SpaceSpec& spec, int lanes, ValueView value) {
  if (value.size() != spec.leaves().size()) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    const LeafSpec& leaf = spec.leaves()[i];
    const bool fits = leaf.kind == Kind::kText
                          ? CheckTextLeaf(value.leaf(i), lanes).ok()
                          : value.leaf(i).size() == leaf.lane_bytes * lanes;
    if (!fits) return false;
  }
  return true;
}

// Integers between two bounds, both included.
template <typename T, std::enable_if_t<std::is_integral<T>::value, int> = 0>
T Between(T low, T high, Random* random) {
  const uint64_t span =
      static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  const uint64_t offset = span == std::numeric_limits<uint64_t>::max()
                              ? (*random)()
                              : random->Below(span + 1);
  return static_cast<T>(static_cast<uint64_t>(low) + offset);
}

double DrawBetween(double low, double high, Random* random) {
  if (low == high) return low;
  if (!std::isinf(low) && !std::isinf(high)) {
    // Not low + u * (high - low): the difference may be infinite.
    const double u = random->Uniform();
    return low * (1 - u) + high * u;
  }
  if (!std::isinf(low)) return low + random->Exponential();
  if (!std::isinf(high)) return high - random->Exponential();
  return random->Normal();
}

float Between(float low, float high, Random* random) {
  const float drawn = static_cast<float>(DrawBetween(low, high, random));
  return std::min(std::max(drawn, low), high);
}
double Between(double low, double high, Random* random) {
  const double drawn = DrawBetween(low, high, random);
  return std::min(std::max(drawn, low), high);
}
Float16 Between(Float16 low, Float16 high, Random* random) {
  const Float16 drawn =
      ToFloat16(DrawBetween(ToFloat(low), ToFloat(high), random));
  if (OrderOf(drawn) < OrderOf(low)) return low;
  return OrderOf(drawn) > OrderOf(high) ? high : drawn;
}

// An element without bounds.
template <typename T>
T Anything(Random* random) {
  if constexpr (!std::is_integral<T>::value) {
    const double drawn = random->Normal();
    if constexpr (std::is_same<T, Float16>::value)
      return ToFloat16(drawn);
    else
      return static_cast<T>(drawn);
  } else if constexpr (std::is_signed<T>::value) {
    return static_cast<T>(std::floor(random->Normal()));
  } else {
    return static_cast<T>(std::floor(random->Exponential()));
  }
}

void DrawBox(const LeafSpec& leaf, char* row, Random* random) {
  VisitDType(leaf.dtype, [&](auto zero) {
    using T = decltype(zero);
    const bool uniform = leaf.low.size() == sizeof(T);
    for (size_t i = 0; i < leaf.elements; ++i) {
      T drawn;
      if (!leaf.low.empty()) {
        const size_t at = uniform ? 0 : i * sizeof(T);
        drawn = Between(LoadElement<T>(leaf.low.data() + at),
                        LoadElement<T>(leaf.high.data() + at), random);
      } else if (leaf.dtype == DType::kBool) {
        drawn = Between(T{}, LoadElement<T>("\1\0\0\0\0\0\0\0"), random);
      } else {
        drawn = Anything<T>(random);
      }
      StoreElement(drawn, row + i * sizeof(T));
    }
  });
}

void DrawIntegers(const LeafSpec& leaf, char* row, Random* random) {
  VisitDType(leaf.dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_integral<T>::value) {
      for (size_t i = 0; i < leaf.elements; ++i) {
        const uint64_t first = static_cast<uint64_t>(leaf.start);
        const uint64_t n = static_cast<uint64_t>(
            leaf.kind == Kind::kDiscrete        ? leaf.n
            : leaf.kind == Kind::kMultiDiscrete ? leaf.nvec[i]
                                                : 2);
        StoreElement(static_cast<T>(first + random->Below(n)),
                     row + i * sizeof(T));
      }
    }
  });
}

std::string DrawText(const LeafSpec& leaf, Random* random) {
  static constexpr char kAlphanumeric[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const int64_t extra =
      std::min(leaf.max_length - leaf.min_length, kMaxExtraLength);
  const int64_t length = leaf.min_length + random->Below(extra + 1);
  std::string text;
  for (int64_t i = 0; i < length; ++i) {
    if (leaf.charset_sorted.empty()) {
      text.push_back(kAlphanumeric[random->Below(sizeof(kAlphanumeric) - 1)]);
    } else {
      AppendUtf8(leaf.charset_sorted[random->Below(leaf.charset_sorted.size())],
                 &text);
    }
  }
  return text;
}

}  // namespace

void SampleLane(const SpaceSpec& spec, int lane, int lanes, Random* random,
                ValueBuffer* out) {
  if (!IsValueOf(spec, lanes, out->view())) out->Reset(spec, lanes);
  for (size_t i = 0; i < spec.leaves().size(); ++i) {
    const LeafSpec& leaf = spec.leaves()[i];
    if (leaf.kind == Kind::kText) {
      out->SetTextLane(i, lane, DrawText(leaf, random));
      continue;
    }
    char* row = out->leaf(i).data() + lane * leaf.lane_bytes;
    if (leaf.kind == Kind::kBox) {
      DrawBox(leaf, row, random);
    } else {
      DrawIntegers(leaf, row, random);
    }
  }
}

}  // namespace rlmesh
