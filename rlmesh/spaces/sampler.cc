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
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/spaces/space_parser.h"
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

// Characters of the longest text that is drawn.
int64_t LongestText(const LeafSpec& leaf) {
  return leaf.min_length +
         std::min(leaf.max_length - leaf.min_length, kMaxExtraLength);
}

// Bytes of the longest character that is drawn.
size_t WidestCharacter(const LeafSpec& leaf) {
  if (leaf.charset_sorted.empty()) return 1;
  std::string widest;
  AppendUtf8(leaf.charset_sorted.back(), &widest);
  return widest.size();
}

void AppendDrawnText(const LeafSpec& leaf, Random* random, std::string* text) {
  static constexpr char kAlphanumeric[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const int64_t extra = LongestText(leaf) - leaf.min_length;
  const int64_t length = leaf.min_length + random->Below(extra + 1);
  for (int64_t i = 0; i < length; ++i) {
    if (leaf.charset_sorted.empty()) {
      text->push_back(kAlphanumeric[random->Below(sizeof(kAlphanumeric) - 1)]);
    } else {
      AppendUtf8(leaf.charset_sorted[random->Below(leaf.charset_sorted.size())],
                 text);
    }
  }
}

// Of anything but a Text.
void DrawRow(const LeafSpec& leaf, char* row, Random* random) {
  if (leaf.kind == Kind::kBox) {
    DrawBox(leaf, row, random);
  } else {
    DrawIntegers(leaf, row, random);
  }
}

bool HasText(const SpaceSpec& spec) {
  return std::any_of(
      spec.leaves().begin(), spec.leaves().end(),
      [](const LeafSpec& leaf) { return leaf.kind == Kind::kText; });
}

// Appends the bytes of a Text leaf.
void AppendTextLeaf(const LeafSpec& leaf, absl::Span<Random* const> randoms,
                    std::string* bytes) {
  const size_t header = bytes->size();
  bytes->resize(header + TextHeaderSize(static_cast<int>(randoms.size())));
  StoreElement<uint64_t>(randoms.size(), &(*bytes)[header]);
  for (size_t lane = 0; lane < randoms.size(); ++lane) {
    const size_t begin = bytes->size();
    AppendDrawnText(leaf, randoms[lane], bytes);
    StoreElement<uint64_t>(bytes->size() - begin,
                           &(*bytes)[header + 8 * (lane + 1)]);
  }
}

}  // namespace

void SampleLane(const SpaceSpec& spec, int lane, int lanes, Random* random,
                ValueBuffer* out) {
  if (!IsValueOf(spec, lanes, out->view())) out->Reset(spec, lanes);
  for (size_t i = 0; i < spec.leaves().size(); ++i) {
    const LeafSpec& leaf = spec.leaves()[i];
    if (leaf.kind == Kind::kText) {
      std::string text;
      AppendDrawnText(leaf, random, &text);
      out->SetTextLane(i, lane, text);
    } else {
      DrawRow(leaf, out->leaf(i).data() + lane * leaf.lane_bytes, random);
    }
  }
}

absl::Status SampleLanes(const SpaceSpec& spec,
                         absl::Span<Random* const> randoms, ValueBuffer* out) {
  const size_t lanes = randoms.size();
  const size_t most = MaxSampleBytes(spec);
  if (lanes > 0 && most > kMaxLaneBytes / lanes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a random value of ", lanes, " lanes may take ", most,
        " bytes in each of them, which is larger than a message may be (",
        kMaxLaneBytes, " bytes); use fewer lanes or shorter texts"));
  }
  if (!HasText(spec)) {
    if (!IsValueOf(spec, static_cast<int>(lanes), out->view())) {
      out->Reset(spec, static_cast<int>(lanes));
    }
    for (size_t i = 0; i < spec.leaves().size(); ++i) {
      const LeafSpec& leaf = spec.leaves()[i];
      char* const slab = out->leaf(i).data();
      for (size_t lane = 0; lane < lanes; ++lane) {
        DrawRow(leaf, slab + lane * leaf.lane_bytes, randoms[lane]);
      }
    }
    return absl::OkStatus();
  }
  // Lengths are known when all is drawn; then it moves to its place at once.
  std::string bytes;
  bytes.reserve(spec.min_lane_bytes() * lanes);
  std::vector<size_t> ends;
  ends.reserve(spec.leaves().size());
  for (const LeafSpec& leaf : spec.leaves()) {
    if (leaf.kind == Kind::kText) {
      AppendTextLeaf(leaf, randoms, &bytes);
    } else {
      const size_t begin = bytes.size();
      bytes.resize(begin + leaf.lane_bytes * lanes);
      for (size_t lane = 0; lane < lanes; ++lane) {
        DrawRow(leaf, &bytes[begin + lane * leaf.lane_bytes], randoms[lane]);
      }
    }
    ends.push_back(bytes.size());
  }
  std::vector<absl::string_view> leaves;
  leaves.reserve(ends.size());
  size_t begin = 0;
  for (size_t end : ends) {
    leaves.push_back(absl::string_view(bytes).substr(begin, end - begin));
    begin = end;
  }
  out->Assign(ValueView(leaves));
  return absl::OkStatus();
}

size_t MaxSampleBytes(const SpaceSpec& spec) {
  size_t bytes = spec.lane_bytes();
  for (const LeafSpec& leaf : spec.leaves()) {
    if (leaf.kind != Kind::kText) continue;
    // No overflow: a SpaceSpec bounds the sum of all min_lengths.
    bytes += sizeof(uint64_t) +
             static_cast<size_t>(LongestText(leaf)) * WidestCharacter(leaf);
  }
  return bytes;
}

}  // namespace rlmesh
