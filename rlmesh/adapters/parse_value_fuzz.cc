// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Reads any bytes as a value of a tree and as a lone Text; what is one passes
// the strict check, in every lane.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "rlmesh/adapters/parse_value.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/space_builder.h"

namespace rlmesh {
namespace {

SpaceSpec Tree() {
  return SpaceSpec::FromProto(
             DictSpace({{"a", TupleSpace({DiscreteSpace(3),
                                          BoxSpace(DType::kFloat16, {2}, -1, 1),
                                          TextSpace(1, 5)})},
                        {"b", MultiBinarySpace({2})},
                        {"c", MultiDiscreteSpace({2, 2}, {9, 9, 9, 9},
                                                 DType::kUint8)}}))
      .value();
}

void Try(absl::string_view text, const SpaceSpec& spec) {
  ValueBuffer value;
  const absl::Status parsed = ParseValue(text, spec, 2, &value);
  CHECK_GE(CountUtf8(parsed.message()), 0);
  CHECK_LT(parsed.message().size(), 2000u);
  if (!parsed.ok()) return;
  const absl::Status status =
      CheckValue(spec, value.view(), 2, ValidationPolicy::kStrict, nullptr);
  CHECK(status.ok()) << status;
}

}  // namespace
}  // namespace rlmesh

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const rlmesh::SpaceSpec* const kTree =
      new rlmesh::SpaceSpec(rlmesh::Tree());
  static const rlmesh::SpaceSpec* const kText = new rlmesh::SpaceSpec(
      rlmesh::SpaceSpec::FromProto(rlmesh::TextSpace(1, 40)).value());
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  rlmesh::Try(text, *kTree);
  rlmesh::Try(text, *kText);
  return 0;
}
