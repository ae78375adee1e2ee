// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which server of a run is shown which certificate and token.

#ifndef RLMESH_CLI_RUN_RUN_SECURITY_H_
#define RLMESH_CLI_RUN_RUN_SECURITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "rlmesh/cli/security/security_flags.h"

namespace rlmesh {

// What is shown to whom. The environment variables are for both.
struct RunSecurity {
  SecurityFlags source;
  SecurityFlags policy;
};

// `flags` are --tls_ca and its like, for the server that the user named: the
// one of SOURCE, or the policy's where SOURCE is none. `policy_flags` are
// --policy_tls_ca and its like, for the policy's server in either case. Where
// both are servers, what is for one is never shown to the other.
// InvalidArgument for flags of a server that there is not, and for those that
// do not go together. `policy` is the value of --policy.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(
//       const RunSecurity security,
//       ShareSecurity(flags, policy_flags, /*source_is_server=*/true, policy));
absl::StatusOr<RunSecurity> ShareSecurity(const SecurityFlags& flags,
                                          const SecurityFlags& policy_flags,
                                          bool source_is_server,
                                          const std::string& policy);

}  // namespace rlmesh

#endif  // RLMESH_CLI_RUN_RUN_SECURITY_H_
