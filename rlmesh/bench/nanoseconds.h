// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#ifndef RLMESH_BENCH_NANOSECONDS_H_
#define RLMESH_BENCH_NANOSECONDS_H_

#include <time.h>

#include <cstdint>

namespace rlmesh {

// Of the clock that is never set.
inline int64_t Nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1000000000} + now.tv_nsec;
}

}  // namespace rlmesh

#endif  // RLMESH_BENCH_NANOSECONDS_H_
