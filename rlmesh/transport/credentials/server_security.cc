// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/server_security.h"

#include <utility>

#include "absl/strings/match.h"
#include "glog/logging.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

bool IsLoopback(const Address& address) {
  return address.kind() == Address::Kind::kUnix ||
         absl::StartsWith(address.host(), "127.") || address.host() == "::1" ||
         absl::EqualsIgnoreCase(address.host(), "localhost");
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(
    const absl::optional<ServerTls>& tls) {
  if (!tls.has_value()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(
      tls->client_authorities.empty()
          ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
          : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = tls->client_authorities;
  options.pem_key_cert_pairs.push_back(
      {tls->identity.key, tls->identity.certificate});
  return grpc::SslServerCredentials(options);
}

absl::Status ServerSecurityFiles::Validate() const {
  if (tls_cert.empty() != tls_key.empty()) {
    return absl::InvalidArgumentError(
        tls_key.empty() ? "--tls_cert needs the key of the certificate: give "
                          "--tls_key=FILE too"
                        : "--tls_key needs the certificate of the key: give "
                          "--tls_cert=FILE too");
  }
  if (!tls_client_ca.empty() && tls_cert.empty()) {
    return absl::InvalidArgumentError(
        "--tls_client_ca needs TLS: give --tls_cert=FILE and --tls_key=FILE "
        "too");
  }
  return absl::OkStatus();
}

absl::StatusOr<ServerSecurity> ServerSecurityFiles::Read() const {
  RLMESH_RETURN_IF_ERROR(Validate());
  ServerSecurity security;
  if (!tls_cert.empty()) {
    ServerTls tls;
    RLMESH_ASSIGN_OR_RETURN(tls.identity,
                            TlsIdentity::FromFiles(tls_cert, tls_key));
    if (!tls_client_ca.empty()) {
      RLMESH_ASSIGN_OR_RETURN(tls.client_authorities,
                              AuthoritiesFromFile(tls_client_ca));
    }
    security.tls = std::move(tls);
  }
  if (!token_file.empty()) {
    RLMESH_ASSIGN_OR_RETURN(security.token, Token::FromFile(token_file));
  }
  return security;
}

void WarnIfOpen(const Address& address, bool has_tls, bool has_token) {
  if (has_tls || IsLoopback(address)) return;
  if (has_token) {
    LOG(WARNING) << "serving on " << address.ToString()
                 << " with a token but without TLS: whoever can read the "
                    "network's traffic learns the token; give --tls_cert=FILE "
                    "and --tls_key=FILE";
    return;
  }
  LOG(WARNING) << "serving on " << address.ToString()
               << " without TLS or a token: whoever reaches this address can "
                  "use the server; give --token_file=FILE with --tls_cert=FILE "
                  "and --tls_key=FILE, or listen on 127.0.0.1";
}

}  // namespace rlmesh
