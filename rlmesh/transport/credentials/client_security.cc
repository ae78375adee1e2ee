// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/client_security.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

constexpr size_t kMaxNameBytes = 253;

}  // namespace

std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials(
    const absl::optional<ClientTls>& tls) {
  if (!tls.has_value()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = tls->authorities;
  if (tls->identity.has_value()) {
    options.pem_cert_chain = tls->identity->certificate;
    options.pem_private_key = tls->identity->key;
  }
  return grpc::SslCredentials(options);
}

absl::Status ClientSecurityFiles::Validate() const {
  if (tls_cert.empty() != tls_key.empty()) {
    return absl::InvalidArgumentError(
        tls_key.empty() ? "--tls_cert needs the key of the certificate: give "
                          "--tls_key=FILE too"
                        : "--tls_key needs the certificate of the key: give "
                          "--tls_cert=FILE too");
  }
  if (tls_ca.empty() && !(tls_cert.empty() && tls_server_name.empty())) {
    return absl::InvalidArgumentError(absl::StrCat(
        tls_cert.empty() ? "--tls_server_name" : "--tls_cert",
        " needs TLS: give --tls_ca=FILE, the authority of the server's "
        "certificate, too"));
  }
  bool fits = tls_server_name.size() <= kMaxNameBytes;
  for (char c : tls_server_name) {
    fits &= absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '/';
  }
  if (!fits) {
    return absl::InvalidArgumentError(
        absl::StrCat("--tls_server_name=", absl::CHexEscape(tls_server_name),
                     " is no name of a host; write "
                     "--tls_server_name=env.example.org"));
  }
  return absl::OkStatus();
}

absl::StatusOr<ClientSecurity> ClientSecurityFiles::Read() const {
  RLMESH_RETURN_IF_ERROR(Validate());
  ClientSecurity security;
  if (!tls_ca.empty()) {
    ClientTls tls;
    RLMESH_ASSIGN_OR_RETURN(tls.authorities, AuthoritiesFromFile(tls_ca));
    if (!tls_cert.empty()) {
      RLMESH_ASSIGN_OR_RETURN(tls.identity,
                              TlsIdentity::FromFiles(tls_cert, tls_key));
    }
    tls.server_name = tls_server_name;
    security.tls = std::move(tls);
  }
  if (!token_file.empty()) {
    RLMESH_ASSIGN_OR_RETURN(security.token, Token::FromFile(token_file));
  }
  return security;
}

}  // namespace rlmesh
