// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/dtype.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace rlmesh {
namespace {

struct Facts {
  absl::string_view name;
  size_t size;
  bool is_float;
  bool is_signed;
};

constexpr int kFirst = static_cast<int>(DType::kBool);
constexpr int kLast = static_cast<int>(DType::kFloat64);

const Facts& FactsOf(DType dtype) {
  static constexpr Facts kFacts[] = {
      {"bool", 1, false, false},   {"uint8", 1, false, false},
      {"uint16", 2, false, false}, {"uint32", 4, false, false},
      {"uint64", 8, false, false}, {"int8", 1, false, true},
      {"int16", 2, false, true},   {"int32", 4, false, true},
      {"int64", 8, false, true},   {"float16", 2, true, true},
      {"float32", 4, true, true},  {"float64", 8, true, true},
  };
  const int number = static_cast<int>(dtype);
  CHECK(number >= kFirst && number <= kLast) << number;
  return kFacts[number - kFirst];
}

}  // namespace

size_t SizeOf(DType dtype) { return FactsOf(dtype).size; }
absl::string_view NameOf(DType dtype) { return FactsOf(dtype).name; }
bool IsFloat(DType dtype) { return FactsOf(dtype).is_float; }
bool IsSigned(DType dtype) { return FactsOf(dtype).is_signed; }

absl::StatusOr<DType> DTypeFromNumber(int number) {
  if (number < kFirst || number > kLast) {
    return absl::InvalidArgumentError(
        absl::StrCat(number == 0 ? "dtype must be set"
                                 : absl::StrCat("unknown dtype ", number),
                     " (", kFirst, " to ", kLast, " are bool to float64)"));
  }
  return static_cast<DType>(number);
}

}  // namespace rlmesh
