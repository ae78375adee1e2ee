// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/security/security_flags.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cli/command_line.h"

namespace rlmesh {
namespace {

using Variables = std::function<const char*(const char*)>;

std::string Value(const std::string& flag, const char* variable,
                  const Variables& get) {
  if (!flag.empty()) return flag;
  const char* text = get(variable);
  return text == nullptr ? "" : text;
}

std::string File(const std::string& flag, const char* variable,
                 const Variables& get) {
  return UserPath(Value(flag, variable, get));
}

}  // namespace

absl::StatusOr<ServerSecurityFiles> SecurityFlags::Server(
    const Variables& get) const {
  if (!tls_ca.empty() || !tls_server_name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        tls_ca.empty() ? "--tls_server_name" : "--tls_ca",
        " is for clients; a server that checks its clients' certificates takes "
        "--tls_client_ca=FILE"));
  }
  ServerSecurityFiles files;
  files.tls_cert = File(tls_cert, "RLMESH_TLS_CERT", get);
  files.tls_key = File(tls_key, "RLMESH_TLS_KEY", get);
  files.tls_client_ca = File(tls_client_ca, "RLMESH_TLS_CLIENT_CA", get);
  files.token_file = File(token_file, "RLMESH_TOKEN_FILE", get);
  RLMESH_RETURN_IF_ERROR(files.Validate());
  return files;
}

absl::StatusOr<ClientSecurityFiles> SecurityFlags::Client(
    const Variables& get) const {
  if (!tls_client_ca.empty()) {
    return absl::InvalidArgumentError(
        "--tls_client_ca is for servers; a client that checks its server's "
        "certificate takes --tls_ca=FILE");
  }
  ClientSecurityFiles files;
  files.tls_ca = File(tls_ca, "RLMESH_TLS_CA", get);
  files.tls_cert = File(tls_cert, "RLMESH_TLS_CERT", get);
  files.tls_key = File(tls_key, "RLMESH_TLS_KEY", get);
  files.tls_server_name = Value(tls_server_name, "RLMESH_TLS_SERVER_NAME", get);
  files.token_file = File(token_file, "RLMESH_TOKEN_FILE", get);
  RLMESH_RETURN_IF_ERROR(files.Validate());
  return files;
}

std::string SecurityFlags::AnyGiven() const {
  const std::pair<const char*, const std::string*> all[] = {
      {"--tls_cert", &tls_cert},
      {"--tls_key", &tls_key},
      {"--tls_client_ca", &tls_client_ca},
      {"--tls_ca", &tls_ca},
      {"--tls_server_name", &tls_server_name},
      {"--token_file", &token_file}};
  for (const auto& [name, value] : all) {
    if (!value->empty()) return name;
  }
  return "";
}

}  // namespace rlmesh
