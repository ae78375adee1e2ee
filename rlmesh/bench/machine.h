// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Where a benchmark ran.

#ifndef RLMESH_BENCH_MACHINE_H_
#define RLMESH_BENCH_MACHINE_H_

#include "rlmesh/json/json.h"

namespace rlmesh {

// {"cpu": model, "cores": number, "kernel": release}
Json DescribeMachine();

}  // namespace rlmesh

#endif  // RLMESH_BENCH_MACHINE_H_
