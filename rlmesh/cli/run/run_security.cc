// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_security.h"

#include <stdlib.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cli/policy_flag.h"

namespace rlmesh {

absl::StatusOr<RunSecurity> ShareSecurity(const SecurityFlags& flags,
                                          const SecurityFlags& policy_flags,
                                          bool source_is_server,
                                          const std::string& policy) {
  RLMESH_ASSIGN_OR_RETURN(const Policy parsed, ParsePolicyFlag(policy));
  const bool policy_is_server = parsed.kind == Policy::Kind::kRemote;
  const std::string given = flags.AnyGiven();
  const std::string policy_given = policy_flags.AnyGiven();
  if (!policy_is_server && !policy_given.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--policy_", policy_given.substr(2), " is for a served policy, and ",
        "--policy=", policy, " is none; write --policy=tcp://HOST:PORT"));
  }
  if (!policy_is_server && !source_is_server && !given.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        given, " is for a server that runs already, and neither SOURCE nor ",
        "--policy=", policy, " is one; write tcp://HOST:PORT for the one"));
  }
  RunSecurity security;
  if (source_is_server) {
    security.source = flags;
    security.policy = policy_flags;
  } else if (!given.empty() && !policy_given.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(given, " and --policy_", policy_given.substr(2),
                     " are for the same server, the policy's; leave one out"));
  } else {
    security.policy = policy_given.empty() ? flags : policy_flags;
  }
  if (source_is_server) {
    RLMESH_RETURN_IF_ERROR(security.source.Client(&getenv).status());
  }
  if (policy_is_server) {
    RLMESH_RETURN_IF_ERROR(security.policy.Client(&getenv).status());
  }
  return security;
}

}  // namespace rlmesh
