// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Reads any bytes as a space; the oracle says whether they are one. What is one
// prints, equals itself, and its samples are valid.

#include <cstddef>
#include <cstdint>

#include "glog/logging.h"
#include "google/protobuf/stubs/logging.h"
#include "rlmesh/base/random.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/sampler.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/spaces/testing/oracle.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {
namespace {

// Sampling more than this would make the runs few.
constexpr size_t kSampled = 1 << 16;

void Try(const spaces::v1::SpaceSpec& proto) {
  const absl::StatusOr<SpaceSpec> spec = SpaceSpec::FromProto(proto);
  CHECK_EQ(spec.ok(), OracleAccepts(proto)) << spec.status();
  if (!spec.ok()) return;
  CHECK(!spec->ToString().empty());
  const absl::StatusOr<SpaceSpec> again = SpaceSpec::FromProto(spec->proto());
  CHECK(again.ok() && *again == *spec) << again.status();
  if (spec->min_lane_bytes() > kSampled) return;
  Random random(1);
  ValueBuffer value(*spec, 2);
  SampleLane(*spec, 0, 2, &random, &value);
  SampleLane(*spec, 1, 2, &random, &value);
  const absl::Status status =
      CheckValue(*spec, value.view(), 2, ValidationPolicy::kStrict, nullptr);
  CHECK(status.ok()) << status;
}

}  // namespace
}  // namespace rlmesh

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  google::protobuf::SetLogHandler(nullptr);  // it reports each broken text
  rlmesh::spaces::v1::SpaceSpec proto;
  if (proto.ParseFromArray(data, static_cast<int>(size))) rlmesh::Try(proto);
  return 0;
}
