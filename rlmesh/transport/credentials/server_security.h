// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a server asks of its clients.

#ifndef RLMESH_TRANSPORT_CREDENTIALS_SERVER_SECURITY_H_
#define RLMESH_TRANSPORT_CREDENTIALS_SERVER_SECURITY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "grpcpp/security/server_credentials.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/credentials/certificates.h"
#include "rlmesh/transport/credentials/token.h"

namespace rlmesh {

// TLS 1.2 or newer.
struct ServerTls {
  TlsIdentity identity;
  // PEM of the authorities whose certificates clients must show. Empty: they
  // need none.
  std::string client_authorities;
};

// The credentials of a listener: plain text without `tls`.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(
    const absl::optional<ServerTls>& tls);

// Neither, either, or both. Value type.
struct ServerSecurity {
  absl::optional<ServerTls> tls;
  Token token;
};

// Names of the files that a ServerSecurity is read from; empty: not used.
//
// Example:
//   ServerSecurityFiles files;
//   files.tls_cert = "server.pem";
//   files.tls_key = "server.key";
//   RLMESH_ASSIGN_OR_RETURN(ServerSecurity security, files.Read());
struct ServerSecurityFiles {
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  std::string token_file;

  // InvalidArgument names what is missing beside what is there.
  absl::Status Validate() const;
  // Reads and checks them; errors name the file.
  absl::StatusOr<ServerSecurity> Read() const;
};

// Says once, as a warning, when a server can be used by whoever reaches
// `address` over the network, or its token can be read on the way; and what to
// do. Nothing on loopback and Unix sockets.
void WarnIfOpen(const Address& address, bool has_tls, bool has_token);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_CREDENTIALS_SERVER_SECURITY_H_
