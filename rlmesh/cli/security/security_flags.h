// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The flags and environment variables of TLS and tokens.

#ifndef RLMESH_CLI_SECURITY_SECURITY_FLAGS_H_
#define RLMESH_CLI_SECURITY_SECURITY_FLAGS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "rlmesh/transport/credentials/client_security.h"
#include "rlmesh/transport/credentials/server_security.h"

namespace rlmesh {

// The flags of the same names; a program declares those that it takes. What a
// flag leaves empty comes from RLMESH_TLS_CERT, RLMESH_TLS_KEY,
// RLMESH_TLS_CLIENT_CA, RLMESH_TLS_CA, RLMESH_TLS_SERVER_NAME and
// RLMESH_TOKEN_FILE. A server takes no notice of the two that are a client's,
// nor a client of RLMESH_TLS_CLIENT_CA: one environment may be for both.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(ServerSecurityFiles files, flags.Server(&getenv));
//   RLMESH_ASSIGN_OR_RETURN(ServerSecurity security, files.Read());
struct SecurityFlags {
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;    // servers
  std::string tls_ca;           // clients
  std::string tls_server_name;  // clients
  std::string token_file;

  // Names of files are the user's (UserPath). InvalidArgument for a flag of the
  // other side, and for what does not go together.
  absl::StatusOr<ServerSecurityFiles> Server(
      const std::function<const char*(const char*)>& get) const;
  absl::StatusOr<ClientSecurityFiles> Client(
      const std::function<const char*(const char*)>& get) const;

  // "--tls_ca": one of those that were given; empty when there is none.
  std::string AnyGiven() const;
};

}  // namespace rlmesh

#endif  // RLMESH_CLI_SECURITY_SECURITY_FLAGS_H_
