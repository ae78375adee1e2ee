// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/testing/oracle.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <set>

namespace rlmesh {

int OracleWidth(int dtype) {
  static constexpr int kWidths[] = {0, 1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8};
  return kWidths[dtype];
}

namespace {

using Number = long double;
static_assert(std::numeric_limits<Number>::digits >= 64,
              "every integer of 64 bits is a Number");

bool IsFloatType(int dtype) { return dtype >= 10; }
bool IsSignedInteger(int dtype) { return dtype >= 6 && dtype <= 9; }

Number Largest(int dtype) {
  if (dtype == spaces::v1::DATA_TYPE_BOOL) return 1;
  const int bits = 8 * OracleWidth(dtype) - (IsSignedInteger(dtype) ? 1 : 0);
  return std::ldexp(Number{1}, bits) - 1;
}
Number Smallest(int dtype) {
  return IsSignedInteger(dtype) ? -Largest(dtype) - 1 : 0;
}

Number DecodeHalf(uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10) % 32;
  const Number fraction = static_cast<Number>(bits % 1024) / 1024;
  Number value = exponent == 0 ? std::ldexp(fraction, -14)
                               : std::ldexp(1 + fraction, exponent - 15);
  if (exponent == 31) value = fraction == 0 ? INFINITY : NAN;
  return bits >= 32768 ? -value : value;
}

// By looking it up among all halves that are not negative.
uint64_t EncodeHalf(Number value) {
  static const auto* const kAll = [] {
    auto* all = new std::vector<Number>;
    for (uint64_t bits = 0; bits <= 0x7c00; ++bits) {
      all->push_back(DecodeHalf(bits));
    }
    return all;
  }();
  if (std::isnan(value)) return 0x7e00;
  const auto found =
      std::lower_bound(kAll->begin(), kAll->end(), std::abs(value));
  return (std::signbit(value) ? 0x8000 : 0) + (found - kAll->begin());
}

}  // namespace

Number OracleDecodeNumber(int dtype, absl::string_view bytes) {
  uint64_t bits = 0;
  for (int i = OracleWidth(dtype) - 1; i >= 0; --i) {
    bits = bits * 256 + static_cast<unsigned char>(bytes[i]);
  }
  if (dtype == spaces::v1::DATA_TYPE_FLOAT16) return DecodeHalf(bits);
  if (dtype == spaces::v1::DATA_TYPE_FLOAT32) {
    float value;
    std::memcpy(&value, bytes.data(), 4);
    return value;
  }
  if (dtype == spaces::v1::DATA_TYPE_FLOAT64) {
    double value;
    std::memcpy(&value, bytes.data(), 8);
    return value;
  }
  const Number value = bits;
  const bool negative = IsSignedInteger(dtype) && value > Largest(dtype);
  return negative ? value - std::ldexp(Number{1}, 8 * OracleWidth(dtype))
                  : value;
}

std::string OracleEncodeNumber(int dtype, Number value) {
  uint64_t bits;
  if (dtype == spaces::v1::DATA_TYPE_FLOAT16) {
    bits = EncodeHalf(value);
  } else if (dtype == spaces::v1::DATA_TYPE_FLOAT32) {
    const float narrow = static_cast<float>(value);
    uint32_t word;
    std::memcpy(&word, &narrow, 4);
    bits = word;
  } else if (dtype == spaces::v1::DATA_TYPE_FLOAT64) {
    const double narrow = static_cast<double>(value);
    std::memcpy(&bits, &narrow, 8);
  } else {
    bits = value < 0 ? ~static_cast<uint64_t>(-value - 1)
                     : static_cast<uint64_t>(value);
  }
  std::string bytes;
  for (int i = 0; i < OracleWidth(dtype); ++i) {
    bytes.push_back(static_cast<char>(bits % 256));
    bits /= 256;
  }
  return bytes;
}

namespace {

// Product of the shape; -1 when it is not one of a value that can be sent.
int64_t Count(const OracleSpace& space) {
  if (space.shape().empty() || space.shape_size() > 64) return -1;
  Number count = 1;
  for (int64_t dim : space.shape()) {
    if (dim <= 0) return -1;
    count *= dim;
    if (count * OracleWidth(space.dtype()) > Number{256 << 20}) return -1;
  }
  return static_cast<int64_t>(count);
}

}  // namespace

int64_t OracleElements(const OracleSpace& space) {
  if (space.has_discrete()) return 1;
  return space.has_box() && space.shape().empty() ? 1 : Count(space);
}

OracleRange OracleRangeOf(const OracleSpace& space, int64_t i) {
  const int dtype = space.dtype();
  if (space.has_discrete()) {
    const Number start = space.discrete().start();
    return {start, start + space.discrete().n() - 1};
  }
  if (space.has_multi_binary()) return {0, 1};
  if (space.has_multi_discrete()) {
    return {0, static_cast<Number>(space.multi_discrete().nvec(i)) - 1};
  }
  const int64_t at = i * OracleWidth(dtype);
  if (space.box().has_uniform()) {
    return {OracleDecodeNumber(dtype, space.box().uniform().low()),
            OracleDecodeNumber(dtype, space.box().uniform().high())};
  }
  if (space.box().has_elementwise()) {
    return {
        OracleDecodeNumber(dtype, space.box().elementwise().low().substr(at)),
        OracleDecodeNumber(dtype, space.box().elementwise().high().substr(at))};
  }
  if (IsFloatType(dtype)) return {-INFINITY, INFINITY};
  return {Smallest(dtype), Largest(dtype)};
}

namespace {

// The characters of a text; nothing when it is not UTF-8. Decodes by the bit
// patterns, and then asks whether a shorter form would have done.
absl::optional<std::vector<std::string>> Characters(const std::string& text) {
  std::vector<std::string> characters;
  for (size_t i = 0; i < text.size();) {
    const unsigned first = static_cast<unsigned char>(text[i]);
    size_t length = 1;
    uint32_t code = first;
    if (first >= 0x80) {
      if (first < 0xc0 || first >= 0xf8) return absl::nullopt;
      length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
      code = first % (0x80u >> length);
      for (size_t k = 1; k < length; ++k) {
        if (i + k >= text.size()) return absl::nullopt;
        const unsigned next = static_cast<unsigned char>(text[i + k]);
        if (next / 64 != 2) return absl::nullopt;
        code = code * 64 + next % 64;
      }
    }
    const size_t shortest = code < 0x80      ? 1
                            : code < 0x800   ? 2
                            : code < 0x10000 ? 3
                                             : 4;
    if (length != shortest || code > 0x10ffff ||
        (code >= 0xd800 && code < 0xe000)) {
      return absl::nullopt;
    }
    characters.push_back(text.substr(i, length));
    i += length;
  }
  return characters;
}

bool AcceptsBounds(const OracleSpace& space) {
  const spaces::v1::BoxSpec& box = space.box();
  if (box.has_unbounded()) return true;
  if (!box.has_uniform() && !box.has_elementwise()) return false;
  const int64_t count = box.has_uniform() ? 1 : OracleElements(space);
  const size_t size = count * OracleWidth(space.dtype());
  const std::string& low =
      box.has_uniform() ? box.uniform().low() : box.elementwise().low();
  const std::string& high =
      box.has_uniform() ? box.uniform().high() : box.elementwise().high();
  if (low.size() != size || high.size() != size) return false;
  for (int64_t i = 0; i < count; ++i) {
    const OracleRange range = OracleRangeOf(space, i);
    if (!(range.low <= range.high)) return false;
    if (space.dtype() == spaces::v1::DATA_TYPE_BOOL && range.high > 1) {
      return false;
    }
  }
  return true;
}

// Counts what one lane needs at least.
bool Accepts(const OracleSpace& space, int depth, Number* bytes, int* nodes) {
  if (depth > 32 || ++*nodes > 65536) return false;
  if (space.has_dict() || space.has_tuple()) {
    if (!space.shape().empty() || space.dtype() != 0) return false;
    const auto& children =
        space.has_dict() ? space.dict().spaces() : space.tuple().spaces();
    if (space.has_dict()) {
      const auto& keys = space.dict().keys();
      if (keys.size() != children.size()) return false;
      const std::set<std::string> distinct(keys.begin(), keys.end());
      if (distinct.size() != static_cast<size_t>(keys.size())) return false;
      if (distinct.count("") > 0) return false;
    }
    return std::all_of(children.begin(), children.end(),
                       [&](const OracleSpace& child) {
                         return Accepts(child, depth + 1, bytes, nodes);
                       });
  }
  const int dtype = space.dtype();
  if (dtype < 1 || dtype > 12) return false;
  if (space.has_text()) {
    const spaces::v1::TextSpec& text = space.text();
    *bytes += text.min_length();
    return space.shape().empty() && dtype == spaces::v1::DATA_TYPE_UINT8 &&
           text.min_length() >= 1 && text.max_length() >= text.min_length() &&
           Characters(text.charset()).has_value() &&
           *bytes <= Number{256 << 20};
  }
  if (space.has_discrete()) {
    const OracleRange range = OracleRangeOf(space, 0);
    if (!space.shape().empty() || space.discrete().n() <= 0 ||
        range.low < Smallest(dtype) || range.high > Largest(dtype)) {
      return false;
    }
    if (dtype != spaces::v1::DATA_TYPE_INT64 &&
        dtype != spaces::v1::DATA_TYPE_INT32 &&
        dtype != spaces::v1::DATA_TYPE_UINT8) {
      return false;
    }
  } else if (OracleElements(space) < 0) {
    return false;
  }
  *bytes += OracleElements(space) * OracleWidth(dtype);
  if (*bytes > Number{256 << 20}) return false;
  if (space.has_box()) return AcceptsBounds(space);
  if (space.has_multi_binary()) return OracleWidth(dtype) == 1;
  if (space.has_multi_discrete()) {
    if (IsFloatType(dtype) || dtype == spaces::v1::DATA_TYPE_BOOL) return false;
    const auto& nvec = space.multi_discrete().nvec();
    return nvec.size() == OracleElements(space) &&
           std::all_of(nvec.begin(), nvec.end(), [&](int64_t n) {
             return n > 0 && n - 1 <= Largest(dtype);
           });
  }
  return space.has_discrete();
}

std::string EncodeWord(uint64_t word) {
  return OracleEncodeNumber(spaces::v1::DATA_TYPE_UINT64, word);
}

void Encode(const OracleSpace& space, const std::vector<OracleValue>& lanes,
            std::vector<std::string>* leaves) {
  if (space.has_dict() || space.has_tuple()) {
    const auto& children =
        space.has_dict() ? space.dict().spaces() : space.tuple().spaces();
    for (int i = 0; i < children.size(); ++i) {
      std::vector<OracleValue> column;
      for (const OracleValue& lane : lanes) column.push_back(lane.children[i]);
      Encode(children[i], column, leaves);
    }
    return;
  }
  std::string leaf;
  if (space.has_text()) {
    leaf = EncodeWord(lanes.size());
    for (const OracleValue& lane : lanes) leaf += EncodeWord(lane.text.size());
    for (const OracleValue& lane : lanes) leaf += lane.text;
  }
  for (const OracleValue& lane : lanes) {
    for (Number number : lane.numbers) {
      leaf += OracleEncodeNumber(space.dtype(), number);
    }
  }
  leaves->push_back(leaf);
}

// Takes `size` bytes off `*rest`.
bool Take(uint64_t size, std::string* rest, std::string* taken) {
  if (size > rest->size()) return false;
  *taken = rest->substr(0, size);
  *rest = rest->substr(size);
  return true;
}

bool DecodeText(std::string rest, std::vector<OracleValue>* lanes) {
  std::string word;
  if (!Take(8, &rest, &word) || word != EncodeWord(lanes->size())) return false;
  std::vector<uint64_t> sizes;
  for (size_t i = 0; i < lanes->size(); ++i) {
    if (!Take(8, &rest, &word)) return false;
    sizes.push_back(static_cast<uint64_t>(
        OracleDecodeNumber(spaces::v1::DATA_TYPE_UINT64, word)));
  }
  for (size_t i = 0; i < lanes->size(); ++i) {
    if (!Take(sizes[i], &rest, &(*lanes)[i].text)) return false;
  }
  return rest.empty();
}

bool Decode(const OracleSpace& space, const std::vector<std::string>& leaves,
            size_t* next, std::vector<OracleValue>* lanes) {
  if (space.has_dict() || space.has_tuple()) {
    const auto& children =
        space.has_dict() ? space.dict().spaces() : space.tuple().spaces();
    for (const OracleSpace& child : children) {
      std::vector<OracleValue> column(lanes->size());
      if (!Decode(child, leaves, next, &column)) return false;
      for (size_t i = 0; i < lanes->size(); ++i) {
        (*lanes)[i].children.push_back(column[i]);
      }
    }
    return true;
  }
  if (*next == leaves.size()) return false;
  std::string rest = leaves[(*next)++];
  if (space.has_text()) return DecodeText(rest, lanes);
  std::string bytes;
  for (OracleValue& lane : *lanes) {
    for (int64_t i = 0; i < OracleElements(space); ++i) {
      if (!Take(OracleWidth(space.dtype()), &rest, &bytes)) return false;
      lane.numbers.push_back(OracleDecodeNumber(space.dtype(), bytes));
    }
  }
  return rest.empty();
}

}  // namespace

bool OracleAccepts(const OracleSpace& space) {
  Number bytes = 0;
  int nodes = 0;
  return Accepts(space, 1, &bytes, &nodes);
}

std::vector<std::string> OracleEncode(const OracleSpace& space,
                                      const std::vector<OracleValue>& lanes) {
  std::vector<std::string> leaves;
  Encode(space, lanes, &leaves);
  return leaves;
}

absl::optional<std::vector<OracleValue>> OracleDecode(
    const OracleSpace& space, const std::vector<std::string>& leaves,
    int lanes) {
  std::vector<OracleValue> values(lanes);
  size_t next = 0;
  if (!Decode(space, leaves, &next, &values)) return absl::nullopt;
  if (next != leaves.size()) return absl::nullopt;
  return values;
}

OracleVerdict OracleJudge(const OracleSpace& space, const OracleValue& value) {
  OracleVerdict worst = OracleVerdict::kValid;
  if (space.has_dict() || space.has_tuple()) {
    const auto& children =
        space.has_dict() ? space.dict().spaces() : space.tuple().spaces();
    for (int i = 0; i < children.size(); ++i) {
      worst = std::max(worst, OracleJudge(children[i], value.children[i]));
    }
    return worst;
  }
  if (space.has_text()) {
    const auto characters = Characters(value.text);
    if (!characters.has_value()) return OracleVerdict::kInvalid;
    const int64_t length = characters->size();
    const auto charset = *Characters(space.text().charset());
    bool fits = length >= space.text().min_length() &&
                length <= space.text().max_length();
    for (const std::string& character : *characters) {
      fits &= charset.empty() ||
              std::count(charset.begin(), charset.end(), character) > 0;
    }
    return fits ? OracleVerdict::kValid : OracleVerdict::kDeviates;
  }
  for (size_t i = 0; i < value.numbers.size(); ++i) {
    const Number number = value.numbers[i];
    if (std::isnan(number)) return OracleVerdict::kInvalid;
    const OracleRange range = OracleRangeOf(space, i);
    if (number >= range.low && number <= range.high) continue;
    worst = std::max(worst, space.has_box() || space.has_multi_binary()
                                ? OracleVerdict::kDeviates
                                : OracleVerdict::kInvalid);
  }
  return worst;
}

}  // namespace rlmesh
