// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A slow, obvious codec of values, to hold the fast code against.

#ifndef RLMESH_SPACES_TESTING_ORACLE_H_
#define RLMESH_SPACES_TESTING_ORACLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "rlmesh/proto/spaces/v1/spaces.pb.h"

namespace rlmesh {

// A value of one lane as a tree, as a person would draw it. For tests only: the
// oracle knows nothing of SpaceSpec, leaves of LeafSpec or any code under test;
// it reads the rules off the message of the space, one element at a time.
//
// Example:
//   std::vector<OracleValue> lanes = {RandomValue(space, &random)};
//   std::vector<std::string> leaves = OracleEncode(space, lanes);
struct OracleValue {
  std::vector<OracleValue> children;  // of a Dict or Tuple
  // Elements of any other space but Text, row-major. Every element type fits a
  // long double exactly; NaN is NaN.
  std::vector<long double> numbers;
  std::string text;  // of a Text; need not be UTF-8
};

using OracleSpace = spaces::v1::SpaceSpec;

// Whether the space keeps the rules of the wire's specification.
bool OracleAccepts(const OracleSpace& space);

// The leaves of `lanes` values, one lane after the other in each.
std::vector<std::string> OracleEncode(const OracleSpace& space,
                                      const std::vector<OracleValue>& lanes);

// The other way round; nothing when number or lengths of leaves are wrong.
absl::optional<std::vector<OracleValue>> OracleDecode(
    const OracleSpace& space, const std::vector<std::string>& leaves,
    int lanes);

enum class OracleVerdict {
  kValid,
  kDeviates,  // in range only: delivered, and reported
  kInvalid,
};
OracleVerdict OracleJudge(const OracleSpace& space, const OracleValue& value);

// Its parts, for those who make values: bytes of an element; how many elements
// a leaf other than Text has; what element `i` may be; one element and its
// bytes. `dtype` is a number of rlmesh.spaces.v1.DataType.
struct OracleRange {
  long double low;
  long double high;
};
int OracleWidth(int dtype);
int64_t OracleElements(const OracleSpace& space);
OracleRange OracleRangeOf(const OracleSpace& space, int64_t i);
long double OracleDecodeNumber(int dtype, absl::string_view bytes);
std::string OracleEncodeNumber(int dtype, long double value);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_TESTING_ORACLE_H_
