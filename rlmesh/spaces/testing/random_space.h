// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Spaces and values nobody thought of.

#ifndef RLMESH_SPACES_TESTING_RANDOM_SPACE_H_
#define RLMESH_SPACES_TESTING_RANDOM_SPACE_H_

#include "rlmesh/base/random.h"
#include "rlmesh/spaces/testing/oracle.h"

namespace rlmesh {

// A valid space up to three levels deep, small, with leaves of all kinds and
// element types, bounds at the edges of their types among them. For tests.
OracleSpace RandomSpace(Random* random);

// A valid value of `space`, often at an edge of its domain.
OracleValue RandomValue(const OracleSpace& space, Random* random);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_TESTING_RANDOM_SPACE_H_
