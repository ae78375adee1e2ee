// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which environments a server steps on a thread of gRPC.

#ifndef RLMESH_ENV_SESSION_INLINE_BOUND_H_
#define RLMESH_ENV_SESSION_INLINE_BOUND_H_

#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {

// Whether all lanes are stepped, and their values copied, in a millisecond or
// so where one lane takes microseconds (Environment::is_inline): at most 1,024
// lanes, and 1 MiB of observations and actions together.
bool FitsInline(const EnvContract& contract);

}  // namespace rlmesh

#endif  // RLMESH_ENV_SESSION_INLINE_BOUND_H_
