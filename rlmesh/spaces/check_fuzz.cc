// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Reads any bytes as a space and a value; the oracle says whether the value is
// one of the space. Input: a byte of lanes, two of the space's length, the
// space, the value.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "google/protobuf/stubs/logging.h"
#include "rlmesh/proto/spaces/v1/value.pb.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/spaces/testing/oracle.h"

namespace rlmesh {
namespace {

void Try(const SpaceSpec& spec, const std::vector<std::string>& leaves,
         int lanes) {
  const auto values = OracleDecode(spec.proto(), leaves, lanes);
  OracleVerdict verdict =
      values.has_value() ? OracleVerdict::kValid : OracleVerdict::kInvalid;
  if (values.has_value()) {
    for (const OracleValue& value : *values) {
      verdict = std::max(verdict, OracleJudge(spec.proto(), value));
    }
  }
  const std::vector<absl::string_view> views(leaves.begin(), leaves.end());
  const ValueView view(views);
  std::vector<Deviation> deviations;
  const absl::Status warn =
      CheckValue(spec, view, lanes, ValidationPolicy::kWarn, &deviations);
  CHECK_EQ(warn.ok(), verdict != OracleVerdict::kInvalid) << warn;
  CHECK(!warn.ok() || deviations.empty() == (verdict == OracleVerdict::kValid));
  const absl::Status strict =
      CheckValue(spec, view, lanes, ValidationPolicy::kStrict, nullptr);
  CHECK_EQ(strict.ok(), verdict == OracleVerdict::kValid) << strict;
}

}  // namespace
}  // namespace rlmesh

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  google::protobuf::SetLogHandler(nullptr);  // it reports each broken text
  if (size < 3) return 0;
  const int lanes = data[0] % 8;
  const size_t length = std::min<size_t>(data[1] + 256 * data[2], size - 3);
  rlmesh::spaces::v1::SpaceSpec proto;
  rlmesh::spaces::v1::SpaceValue value;
  if (!proto.ParseFromArray(data + 3, static_cast<int>(length)) ||
      !value.ParseFromArray(data + 3 + length,
                            static_cast<int>(size - 3 - length))) {
    return 0;
  }
  const absl::StatusOr<rlmesh::SpaceSpec> spec =
      rlmesh::SpaceSpec::FromProto(proto);
  if (spec.ok()) {
    rlmesh::Try(*spec, {value.leaves().begin(), value.leaves().end()}, lanes);
  }
  return 0;
}
