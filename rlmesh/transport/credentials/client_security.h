// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// How a client shows who it is, and knows its server.

#ifndef RLMESH_TRANSPORT_CREDENTIALS_CLIENT_SECURITY_H_
#define RLMESH_TRANSPORT_CREDENTIALS_CLIENT_SECURITY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "grpcpp/security/credentials.h"
#include "rlmesh/transport/credentials/certificates.h"
#include "rlmesh/transport/credentials/token.h"

namespace rlmesh {

// TLS 1.2 or newer.
struct ClientTls {
  // PEM of the authorities that a server's certificate must come from.
  std::string authorities;
  // What is shown to servers that ask for a certificate. Default: nothing.
  absl::optional<TlsIdentity> identity;
  // The name that the server's certificate must have. Empty: the host of the
  // address, or localhost on a Unix socket.
  std::string server_name;
};

// The credentials of a connection: plain text without `tls`.
std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials(
    const absl::optional<ClientTls>& tls);

// Neither, either, or both. Value type.
struct ClientSecurity {
  absl::optional<ClientTls> tls;
  Token token;
};

// Names of the files that a ClientSecurity is read from; empty: not used.
//
// Example:
//   ClientSecurityFiles files;
//   files.tls_ca = "ca.pem";
//   files.token_file = "token";
//   RLMESH_ASSIGN_OR_RETURN(options.security, files.Read());
struct ClientSecurityFiles {
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_server_name;  // no file
  std::string token_file;

  // InvalidArgument names what is missing beside what is there.
  absl::Status Validate() const;
  // Reads and checks them; errors name the file.
  absl::StatusOr<ClientSecurity> Read() const;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_CREDENTIALS_CLIENT_SECURITY_H_
