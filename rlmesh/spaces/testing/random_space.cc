// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/testing/random_space.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

namespace rlmesh {
namespace {

using Number = long double;

std::string RandomBytes(size_t size, Random* random) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<char>((*random)()));
  }
  return bytes;
}

// Any number of the type but NaN, extremes and small ones more often.
Number RandomNumber(int dtype, Random* random) {
  const OracleSpace space = [dtype] {
    OracleSpace box;
    box.set_dtype(static_cast<spaces::v1::DataType>(dtype));
    box.mutable_box()->set_unbounded(true);
    return box;
  }();
  const OracleRange range = OracleRangeOf(space, 0);
  switch (random->Below(5)) {
    case 0:
      return range.low;
    case 1:
      return range.high;
    case 2:
      return std::min<Number>(random->Below(4), range.high);
    default:
      break;
  }
  for (;;) {
    const Number number =
        OracleDecodeNumber(dtype, RandomBytes(OracleWidth(dtype), random));
    if (number >= range.low && number <= range.high) return number;
  }
}

void SetRandomShape(Random* random, OracleSpace* space) {
  const int rank = 1 + random->Below(3);
  // Long enough for the vectorised part of a check once in a while.
  const int64_t largest = rank == 1 && random->Below(4) == 0 ? 200 : 4;
  for (int i = 0; i < rank; ++i) space->add_shape(1 + random->Below(largest));
}

void SetRandomBounds(Random* random, OracleSpace* space) {
  const uint64_t arm = random->Below(4);
  if (arm == 0) {
    space->mutable_box()->set_unbounded(random->Below(2) == 0);
    return;
  }
  const int64_t count = arm == 1 ? OracleElements(*space) : 1;
  std::string low, high;
  for (int64_t i = 0; i < count; ++i) {
    Number a = RandomNumber(space->dtype(), random);
    Number b = RandomNumber(space->dtype(), random);
    if (a > b) std::swap(a, b);
    low += OracleEncodeNumber(space->dtype(), a);
    high += OracleEncodeNumber(space->dtype(), b);
  }
  if (arm == 1) {
    space->mutable_box()->mutable_elementwise()->set_low(low);
    space->mutable_box()->mutable_elementwise()->set_high(high);
  } else {
    space->mutable_box()->mutable_uniform()->set_low(low);
    space->mutable_box()->mutable_uniform()->set_high(high);
  }
}

OracleSpace RandomLeaf(Random* random) {
  OracleSpace space;
  const auto set_dtype = [&space](uint64_t dtype) {
    space.set_dtype(static_cast<spaces::v1::DataType>(dtype));
  };
  switch (random->Below(6)) {
    case 0:
    case 1:
      set_dtype(1 + random->Below(12));
      SetRandomShape(random, &space);
      SetRandomBounds(random, &space);
      break;
    case 2: {
      const int dtypes[] = {spaces::v1::DATA_TYPE_INT64,
                            spaces::v1::DATA_TYPE_INT32,
                            spaces::v1::DATA_TYPE_UINT8};
      set_dtype(dtypes[random->Below(3)]);
      Number first = RandomNumber(space.dtype(), random);
      Number last = RandomNumber(space.dtype(), random);
      if (first > last) std::swap(first, last);
      // n is an int64 itself.
      last = std::min(last, first + std::ldexp(Number{1}, 63) - 2);
      space.mutable_discrete()->set_start(static_cast<int64_t>(first));
      space.mutable_discrete()->set_n(static_cast<int64_t>(last - first + 1));
      break;
    }
    case 3: {
      const int dtypes[] = {spaces::v1::DATA_TYPE_UINT8,
                            spaces::v1::DATA_TYPE_INT8,
                            spaces::v1::DATA_TYPE_BOOL};
      set_dtype(dtypes[random->Below(3)]);
      SetRandomShape(random, &space);
      space.mutable_multi_binary();
      break;
    }
    case 4: {
      set_dtype(2 + random->Below(8));
      SetRandomShape(random, &space);
      for (int64_t i = 0; i < OracleElements(space); ++i) {
        const Number most = std::min(RandomNumber(space.dtype(), random),
                                     std::ldexp(Number{1}, 63) - 2);
        space.mutable_multi_discrete()->add_nvec(
            static_cast<int64_t>(std::max<Number>(most, 0)) + 1);
      }
      break;
    }
    default: {
      set_dtype(spaces::v1::DATA_TYPE_UINT8);
      const char* const charsets[] = {"", "abc", "\xf0\x9f\x98\x80xa\xc3\xa9"};
      space.mutable_text()->set_min_length(1 + random->Below(3));
      space.mutable_text()->set_max_length(space.text().min_length() +
                                           random->Below(6));
      space.mutable_text()->set_charset(charsets[random->Below(3)]);
      break;
    }
  }
  return space;
}

OracleSpace RandomTree(int levels, Random* random) {
  if (levels == 0 || random->Below(3) == 0) return RandomLeaf(random);
  OracleSpace space;
  const uint64_t children = random->Below(4);
  const bool is_dict = random->Below(2) == 0;
  // There even when it is empty.
  if (is_dict) {
    space.mutable_dict();
  } else {
    space.mutable_tuple();
  }
  for (uint64_t i = 0; i < children; ++i) {
    // Not in the order of the alphabet.
    if (is_dict) {
      space.mutable_dict()->add_keys(std::string(1, 'z' - i) + ".key");
    }
    *(is_dict ? space.mutable_dict()->add_spaces()
              : space.mutable_tuple()->add_spaces()) =
        RandomTree(levels - 1, random);
  }
  return space;
}

Number RandomElement(int dtype, const OracleRange& range, Random* random) {
  switch (random->Below(4)) {
    case 0:
      return range.low;
    case 1:
      return range.high;
    default:
      break;
  }
  const Number number =
      OracleDecodeNumber(dtype, RandomBytes(OracleWidth(dtype), random));
  if (number >= range.low && number <= range.high) return number;
  // Few numbers hit a narrow range: step from its end.
  const bool is_float = dtype >= spaces::v1::DATA_TYPE_FLOAT16;
  const Number step = is_float ? 0 : random->Below(8);
  return range.high - range.low >= step ? range.low + step : range.low;
}

}  // namespace

OracleSpace RandomSpace(Random* random) { return RandomTree(3, random); }

OracleValue RandomValue(const OracleSpace& space, Random* random) {
  OracleValue value;
  if (space.has_dict() || space.has_tuple()) {
    for (const OracleSpace& child :
         space.has_dict() ? space.dict().spaces() : space.tuple().spaces()) {
      value.children.push_back(RandomValue(child, random));
    }
    return value;
  }
  if (space.has_text()) {
    const int64_t length = space.text().min_length() +
                           random->Below(space.text().max_length() -
                                         space.text().min_length() + 1);
    const bool any = space.text().charset().empty();
    for (int64_t i = 0; i < length; ++i) {
      value.text += any && random->Below(4) == 0 ? "\xe2\x82\xac" : "a";
    }
    return value;
  }
  for (int64_t i = 0; i < OracleElements(space); ++i) {
    value.numbers.push_back(
        RandomElement(space.dtype(), OracleRangeOf(space, i), random));
  }
  return value;
}

}  // namespace rlmesh
