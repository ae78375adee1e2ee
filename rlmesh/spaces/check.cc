// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/check.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/spaces/text_leaf.h"

namespace rlmesh {
namespace {

using Kind = LeafSpec::Kind;

// Loops look at this many elements before they branch, so that the compiler
// can use vector instructions.
constexpr size_t kBlock = 64;

// Index of the first of `n` elements at `bytes` for which `good(element,
// index)` does not hold, from `begin` on; `n` when there is none.
template <typename T, typename Good>
size_t FindBad(const char* bytes, size_t begin, size_t n, const Good& good) {
  size_t i = begin;
  for (; i + kBlock <= n; i += kBlock) {
    const char* block = bytes + i * sizeof(T);
    int all = 1;
    for (size_t k = 0; k < kBlock; ++k) {
      all &=
          static_cast<int>(good(LoadElement<T>(block + k * sizeof(T)), i + k));
    }
    if (all == 0) break;
  }
  for (; i < n; ++i) {
    if (!good(LoadElement<T>(bytes + i * sizeof(T)), i)) return i;
  }
  return n;
}

// Whether an element lies in a range; NaN does not. Without branches, which the
// compiler could not vectorise.
template <typename T>
bool IsBetween(T value, T low, T high) {
  return (value >= low) & (value <= high);
}
bool IsBetween(Float16 value, Float16 low, Float16 high) {
  // The order of NaN is beyond that of infinity.
  return IsBetween(OrderOf(value), OrderOf(low), OrderOf(high));
}

// What is being checked, and how it is named in messages.
struct Context {
  const LeafSpec& leaf;
  absl::string_view bytes;
  int lanes;
  ValidationPolicy policy;
  std::vector<Deviation>* deviations;
  bool deviates = false;  // has reported one

  std::string Lane(int lane) const {
    return lanes == 1 ? "" : absl::StrCat(" (lane ", lane, ")");
  }

  template <typename... Args>
  absl::Status Error(const Args&... args) const {
    return absl::InvalidArgumentError(absl::StrCat(leaf.path, ": ", args...));
  }

  // Whether deviations are still of interest: one a leaf is enough.
  bool wants_deviations() const {
    return policy == ValidationPolicy::kStrict ||
           (policy == ValidationPolicy::kWarn && !deviates);
  }

  absl::Status Deviates(std::string detail) {
    deviates = true;
    if (policy == ValidationPolicy::kStrict) return Error(detail);
    if (deviations != nullptr) {
      deviations->push_back({leaf.path, std::move(detail)});
    }
    return absl::OkStatus();
  }
};

// A Box element that is NaN, below `low` or above `high` (when not null).
absl::Status ReportBox(Context* context, size_t index, const char* low,
                       const char* high) {
  const LeafSpec& leaf = context->leaf;
  const size_t element = index % leaf.elements;
  const int lane = static_cast<int>(index / leaf.elements);
  const char* value = context->bytes.data() + index * SizeOf(leaf.dtype);
  return VisitDType(leaf.dtype, [&](auto zero) {
    using T = decltype(zero);
    const T v = LoadElement<T>(value);
    if (IsNan(v)) {
      return context->Error("Box value at element ", element, " is NaN",
                            context->Lane(lane));
    }
    const std::string beginning =
        absl::StrCat("Box value at element ", element, " is ",
                     FormatElement(leaf.dtype, value));
    if (low == nullptr) {
      return context->Deviates(absl::StrCat(beginning, ", not a bool (0 or 1)",
                                            context->Lane(lane)));
    }
    const bool below = OrderOf(v) < OrderOf(LoadElement<T>(low));
    return context->Deviates(absl::StrCat(
        beginning, below ? ", below " : ", above ",
        FormatElement(leaf.dtype, below ? low : high), context->Lane(lane)));
  });
}

// From element `begin` on, only NaN is looked for.
template <typename T>
absl::Status CheckNan(Context* context, size_t begin) {
  if constexpr (!std::is_integral<T>::value) {
    const size_t n = context->bytes.size() / sizeof(T);
    const size_t bad = FindBad<T>(context->bytes.data(), begin, n,
                                  [](T v, size_t) { return !IsNan(v); });
    if (bad < n) return ReportBox(context, bad, nullptr, nullptr);
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status CheckUniformBox(Context* context, const char* low,
                             const char* high) {
  const T lowest = LoadElement<T>(low);
  const T highest = LoadElement<T>(high);
  if constexpr (std::is_integral<T>::value) {
    // As of most images: 0 to 255 leaves nothing to be found.
    if (lowest == std::numeric_limits<T>::min() &&
        highest == std::numeric_limits<T>::max()) {
      return absl::OkStatus();
    }
  }
  const size_t n = context->bytes.size() / sizeof(T);
  const size_t bad = FindBad<T>(context->bytes.data(), 0, n, [=](T v, size_t) {
    return IsBetween(v, lowest, highest);
  });
  if (bad == n) return absl::OkStatus();
  RLMESH_RETURN_IF_ERROR(ReportBox(context, bad, low, high));
  return CheckNan<T>(context, bad + 1);
}

template <typename T>
absl::Status CheckElementwiseBox(Context* context) {
  const LeafSpec& leaf = context->leaf;
  const char* low = leaf.low.data();
  const char* high = leaf.high.data();
  for (size_t begin = 0; begin < context->bytes.size();
       begin += leaf.lane_bytes) {
    const size_t bad = FindBad<T>(
        context->bytes.data() + begin, 0, leaf.elements, [=](T v, size_t i) {
          return IsBetween(v, LoadElement<T>(low + i * sizeof(T)),
                           LoadElement<T>(high + i * sizeof(T)));
        });
    if (bad == leaf.elements) continue;
    const size_t index = begin / sizeof(T) + bad;
    RLMESH_RETURN_IF_ERROR(ReportBox(context, index, low + bad * sizeof(T),
                                     high + bad * sizeof(T)));
    return CheckNan<T>(context, index + 1);
  }
  return absl::OkStatus();
}

absl::Status CheckBox(Context* context) {
  const LeafSpec& leaf = context->leaf;
  if (leaf.dtype == DType::kBool && leaf.low.empty() &&
      context->wants_deviations()) {
    const size_t n = context->bytes.size();
    const size_t bad = FindBad<uint8_t>(
        context->bytes.data(), 0, n, [](uint8_t v, size_t) { return v <= 1; });
    return bad == n ? absl::OkStatus()
                    : ReportBox(context, bad, nullptr, nullptr);
  }
  return VisitDType(leaf.dtype, [&](auto zero) {
    using T = decltype(zero);
    if (leaf.low.empty() || !context->wants_deviations()) {
      return CheckNan<T>(context, 0);
    }
    if (leaf.low.size() == sizeof(T)) {
      return CheckUniformBox<T>(context, leaf.low.data(), leaf.high.data());
    }
    return CheckElementwiseBox<T>(context);
  });
}

// start + n, which may be 2^63.
std::string EndOf(const LeafSpec& leaf) {
  return leaf.start < 0 ? absl::StrCat(leaf.start + leaf.n)
                        : absl::StrCat(static_cast<uint64_t>(leaf.start) +
                                       static_cast<uint64_t>(leaf.n));
}

absl::Status CheckDiscrete(Context* context) {
  const LeafSpec& leaf = context->leaf;
  return VisitDType(leaf.dtype, [&](auto zero) -> absl::Status {
    using T = decltype(zero);
    if constexpr (std::is_integral<T>::value) {
      const uint64_t start = static_cast<uint64_t>(leaf.start);
      const uint64_t n = static_cast<uint64_t>(leaf.n);
      for (int lane = 0; lane < context->lanes; ++lane) {
        const T v = LoadElement<T>(context->bytes.data() + lane * sizeof(T));
        if (static_cast<uint64_t>(v) - start >= n) {
          return context->Error("value ", v, " not in range [", leaf.start,
                                ", ", EndOf(leaf), ")", context->Lane(lane));
        }
      }
    }
    return absl::OkStatus();
  });
}

absl::Status CheckMultiDiscrete(Context* context) {
  const LeafSpec& leaf = context->leaf;
  return VisitDType(leaf.dtype, [&](auto zero) -> absl::Status {
    using T = decltype(zero);
    if constexpr (std::is_integral<T>::value) {
      const char* row = context->bytes.data();
      for (int lane = 0; lane < context->lanes; ++lane) {
        for (size_t i = 0; i < leaf.elements; ++i) {
          const T v = LoadElement<T>(row + i * sizeof(T));
          // A negative value becomes one above every nvec.
          if (static_cast<uint64_t>(v) >= static_cast<uint64_t>(leaf.nvec[i])) {
            return context->Error("value ", v, " not in range [0, ",
                                  leaf.nvec[i], ") at element ", i,
                                  context->Lane(lane));
          }
        }
        row += leaf.lane_bytes;
      }
    }
    return absl::OkStatus();
  });
}

absl::Status CheckMultiBinary(Context* context) {
  if (!context->wants_deviations()) return absl::OkStatus();
  const size_t n = context->bytes.size();
  const size_t bad = FindBad<uint8_t>(context->bytes.data(), 0, n,
                                      [](uint8_t v, size_t) { return v <= 1; });
  if (bad == n) return absl::OkStatus();
  const LeafSpec& leaf = context->leaf;
  return context->Deviates(
      absl::StrCat("MultiBinary value at element ", bad % leaf.elements, " is ",
                   FormatElement(leaf.dtype, context->bytes.data() + bad),
                   ", which reads as 1",
                   context->Lane(static_cast<int>(bad / leaf.elements))));
}

absl::Status CheckTextOfLane(Context* context, absl::string_view text,
                             int lane) {
  const LeafSpec& leaf = context->leaf;
  const bool look = context->wants_deviations();
  int64_t length = 0;
  absl::string_view strange;  // the first character outside the charset
  for (absl::string_view rest = text; !rest.empty(); ++length) {
    const absl::string_view before = rest;
    char32_t character;
    if (!ConsumeUtf8(&rest, &character)) {
      return context->Error("Text is not UTF-8 at byte ",
                            before.data() - text.data(), context->Lane(lane));
    }
    if (look && strange.empty() && !leaf.charset_sorted.empty() &&
        !std::binary_search(leaf.charset_sorted.begin(),
                            leaf.charset_sorted.end(), character)) {
      strange = before.substr(0, before.size() - rest.size());
    }
  }
  if (!look) return absl::OkStatus();
  if (length < leaf.min_length || length > leaf.max_length) {
    const bool below = length < leaf.min_length;
    return context->Deviates(absl::StrCat(
        "Text has ", length, " characters, ", below ? "below " : "above ",
        below ? leaf.min_length : leaf.max_length, context->Lane(lane)));
  }
  if (!strange.empty()) {
    return context->Deviates(absl::StrCat("Text has the character \"", strange,
                                          "\", which is not in its charset",
                                          context->Lane(lane)));
  }
  return absl::OkStatus();
}

absl::Status CheckText(Context* context) {
  if (absl::Status s = CheckTextLeaf(context->bytes, context->lanes); !s.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(s.message(), " (", context->leaf.Describe(), ")"));
  }
  const char* text = context->bytes.data() + TextHeaderSize(context->lanes);
  for (int lane = 0; lane < context->lanes; ++lane) {
    const size_t length = TextLength(context->bytes, lane);
    RLMESH_RETURN_IF_ERROR(
        CheckTextOfLane(context, absl::string_view(text, length), lane));
    text += length;
  }
  return absl::OkStatus();
}

absl::Status CheckLeaf(Context* context) {
  const LeafSpec& leaf = context->leaf;
  if (leaf.kind == Kind::kText) return CheckText(context);
  if (context->bytes.size() != leaf.lane_bytes * context->lanes) {
    return absl::InvalidArgumentError(
        absl::StrCat("length mismatch: slab: got ", context->bytes.size(),
                     " bytes, expected ", context->lanes, " lanes * ",
                     leaf.lane_bytes, " (", leaf.Describe(), ")"));
  }
  switch (leaf.kind) {
    case Kind::kBox:
      return CheckBox(context);
    case Kind::kDiscrete:
      return CheckDiscrete(context);
    case Kind::kMultiBinary:
      return CheckMultiBinary(context);
    case Kind::kMultiDiscrete:
      return CheckMultiDiscrete(context);
    case Kind::kText:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckValue(const SpaceSpec& spec, ValueView value, int lanes,
                        ValidationPolicy policy,
                        std::vector<Deviation>* deviations) {
  if (lanes < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("lanes is ", lanes, "; it must be 0 or more"));
  }
  if (value.size() != spec.leaves().size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("length mismatch: got ", value.size(),
                     " leaf slabs, spec expects ", spec.leaves().size()));
  }
  for (size_t i = 0; i < value.size(); ++i) {
    Context context{spec.leaves()[i], value.leaf(i), lanes, policy, deviations};
    RLMESH_RETURN_IF_ERROR(CheckLeaf(&context));
  }
  return absl::OkStatus();
}

}  // namespace rlmesh
