// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The simplest space, for tests of every folder.

#ifndef RLMESH_SPACES_TESTING_DISCRETE_SPACE_H_
#define RLMESH_SPACES_TESTING_DISCRETE_SPACE_H_

#include <cstdint>

#include "glog/logging.h"
#include "rlmesh/proto/spaces/v1/spaces.pb.h"
#include "rlmesh/spaces/space_spec.h"

namespace rlmesh {

// Discrete(n) of int64; `n` is above 0.
inline SpaceSpec DiscreteSpace(int64_t n) {
  spaces::v1::SpaceSpec proto;
  proto.set_dtype(spaces::v1::DATA_TYPE_INT64);
  proto.mutable_discrete()->set_n(n);
  absl::StatusOr<SpaceSpec> spec = SpaceSpec::FromProto(proto);
  CHECK(spec.ok()) << spec.status();
  return *std::move(spec);
}

}  // namespace rlmesh

#endif  // RLMESH_SPACES_TESTING_DISCRETE_SPACE_H_
