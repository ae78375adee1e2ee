// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/flag_value.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace rlmesh {
namespace {

constexpr size_t kMaxQuoted = 100;

enum class Kind { kText, kBoolean, kNumber, kReal, kTime };

struct Type {
  Kind kind = Kind::kText;
  FlagRange range;  // what its memory holds
};

template <typename T>
Type Whole() {
  return {Kind::kNumber,
          {absl::StrCat(std::numeric_limits<T>::min()),
           absl::StrCat(std::numeric_limits<T>::max())}};
}

Type TypeOf(const absl::CommandLineFlag& flag) {
  if (flag.IsOfType<bool>()) return {Kind::kBoolean, {}};
  if (flag.IsOfType<absl::Duration>()) return {Kind::kTime, {}};
  if (flag.IsOfType<int32_t>()) return Whole<int32_t>();
  if (flag.IsOfType<uint32_t>()) return Whole<uint32_t>();
  if (flag.IsOfType<int64_t>()) return Whole<int64_t>();
  if (flag.IsOfType<uint64_t>()) return Whole<uint64_t>();
  if (flag.IsOfType<absl::optional<int64_t>>()) return Whole<int64_t>();
  if (flag.IsOfType<double>()) return {Kind::kReal, {}};
  if (flag.IsOfType<absl::optional<double>>()) return {Kind::kReal, {}};
  return {};
}

// What `text` is worth, in seconds for times; nothing when it is none.
absl::optional<double> Worth(Kind kind, absl::string_view text) {
  double number;
  absl::Duration time;
  if (kind == Kind::kTime && absl::ParseDuration(text, &time)) {
    return absl::ToDoubleSeconds(time);
  }
  if (kind != Kind::kNumber && kind != Kind::kReal) return absl::nullopt;
  if (absl::SimpleAtod(text, &number) &&
      !(kind == Kind::kNumber && std::isnan(number))) {
    return number;
  }
  return absl::nullopt;
}

// The bound of `range` that `text` is beyond; empty when it is within.
std::string BrokenBound(Kind kind, absl::string_view text,
                        const FlagRange& range) {
  const absl::optional<double> worth = Worth(kind, text);
  if (!worth.has_value()) return "";
  const absl::optional<double> least = Worth(kind, range.least);
  const absl::optional<double> greatest = Worth(kind, range.greatest);
  if (least.has_value() && !(*worth >= *least)) return range.least;  // or NaN
  if (greatest.has_value() && *worth > *greatest) return range.greatest;
  return "";
}

// "5", "90 sec", "2 minutes", "1d" as absl reads times; empty: not so.
std::string NearestTime(absl::string_view text) {
  static constexpr struct {
    const char* names;  // each between blanks
    const char* unit;
    int factor;
  } kUnits[] = {
      {"  s sec secs second seconds ", "s", 1},
      {" m min mins minute minutes ", "m", 1},
      {" h hr hrs hour hours ", "h", 1},
      {" ms msec millis millisecond milliseconds ", "ms", 1},
      {" d day days ", "h", 24},
  };
  const std::string lower = absl::AsciiStrToLower(text);
  for (const char* never :
       {"never", "none", "forever", "infinite", "infinity", "unlimited"}) {
    if (lower == never) return "inf";
  }
  const size_t end =
      std::min(lower.find_first_not_of("0123456789."), lower.size());
  const std::string digits = lower.substr(0, end);
  double number;
  if (!absl::SimpleAtod(digits, &number) || number > 1e9) return "";
  const std::string unit = absl::StrCat(
      " ", absl::StripAsciiWhitespace(absl::string_view(lower).substr(end)),
      " ");
  for (const auto& known : kUnits) {
    if (absl::string_view(known.names).find(unit) != std::string::npos) {
      if (known.factor == 1) return digits + known.unit;
      // In full: durations take no exponents.
      return absl::StrCat(
          static_cast<int64_t>(std::ceil(number * known.factor)), known.unit);
    }
  }
  return "";
}

// "1_000", "1,000", "1e3", "7.5" and "3 episodes" as whole numbers.
std::string NearestWhole(absl::string_view text) {
  std::string digits = absl::StrReplaceAll(text, {{"_", ""}, {",", ""}});
  double number;
  if (!absl::SimpleAtod(digits, &number)) {
    digits.resize(
        std::min(digits.find_first_not_of("+-0123456789"), digits.size()));
    if (!absl::SimpleAtod(digits, &number)) return "";
  }
  constexpr double kExact = 1LL << 53;
  if (!(std::abs(number) <= kExact)) return "";
  return absl::StrCat(static_cast<int64_t>(number));
}

// "5 s" and "5s" as numbers.
std::string NearestReal(absl::string_view text) {
  text = text.substr(0, text.find_first_not_of("0123456789."));
  double number;
  return absl::SimpleAtod(text, &number) ? std::string(text) : "";
}

std::string NearestOf(Kind kind, absl::string_view text) {
  if (kind == Kind::kTime) return NearestTime(text);
  if (kind == Kind::kReal) return NearestReal(text);
  return kind == Kind::kNumber ? NearestWhole(text) : "";
}

// A value to show where none is near: the default, unless that is "never".
std::string Example(const Type& type, const absl::CommandLineFlag& flag) {
  const std::string value = flag.DefaultValue();
  if (type.kind != Kind::kTime) return value.empty() ? "1" : value;
  return value == "inf" || value == "0" ? "10s" : value;
}

absl::string_view Wanted(Kind kind) {
  switch (kind) {
    case Kind::kBoolean:
      return "is neither true nor false";
    case Kind::kNumber:
      return "is no whole number";
    case Kind::kReal:
      return "is no number";
    case Kind::kTime:
      return "is no time with a unit";
    case Kind::kText:
      break;
  }
  return "is not valid";
}

std::string Bounds(const FlagRange& range) {
  if (range.greatest.empty()) return absl::StrCat(range.least, " or more");
  if (range.least.empty()) return absl::StrCat(range.greatest, " or less");
  return absl::StrCat("from ", range.least, " to ", range.greatest);
}

absl::Status Refuse(const absl::CommandLineFlag& flag, absl::string_view text,
                    absl::string_view why, absl::string_view instead) {
  const std::string quoted =
      text.size() <= kMaxQuoted
          ? std::string(text)
          : absl::StrCat(text.substr(0, kMaxQuoted), "...");
  return absl::InvalidArgumentError(absl::StrCat("--", flag.Name(), "=", quoted,
                                                 " ", why, "; write ", instead,
                                                 " (", flag.Help(), ")"));
}

}  // namespace

absl::Status SetFlagValue(absl::CommandLineFlag* flag, absl::string_view text,
                          const FlagRange& range) {
  const Type type = TypeOf(*flag);
  const std::string assign = absl::StrCat("--", flag->Name(), "=");
  for (const FlagRange& limits : {range, type.range}) {
    const std::string bound = BrokenBound(type.kind, text, limits);
    if (bound.empty()) continue;
    return Refuse(*flag, text, absl::StrCat("must be ", Bounds(limits)),
                  absl::StrCat(assign, bound));
  }
  std::string error;
  if (flag->ParseFrom(text, &error)) return absl::OkStatus();
  if (type.kind == Kind::kBoolean) {
    return Refuse(*flag, text, Wanted(type.kind),
                  absl::StrCat(assign, "true or ", assign, "false"));
  }
  text = absl::StripAsciiWhitespace(text);
  const std::string nearest = NearestOf(type.kind, text);
  if (nearest.empty()) {
    return Refuse(*flag, text, Wanted(type.kind),
                  absl::StrCat("for example ", assign, Example(type, *flag)));
  }
  const std::string bound = BrokenBound(type.kind, nearest, range);
  return Refuse(*flag, text, Wanted(type.kind),
                absl::StrCat(assign, bound.empty() ? nearest : bound));
}

}  // namespace rlmesh
