// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Certificates and keys in PEM, checked before anybody depends on them.

#ifndef RLMESH_TRANSPORT_CREDENTIALS_CERTIFICATES_H_
#define RLMESH_TRANSPORT_CREDENTIALS_CERTIFICATES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "openssl/evp.h"
#include "openssl/x509.h"

namespace rlmesh {

// The certificates of a PEM text, in their order; other blocks are passed over.
// InvalidArgument when there is none, or one cannot be read. Errors name no
// file and hold no byte of the text.
absl::StatusOr<std::vector<bssl::UniquePtr<X509>>> ParseCertificates(
    absl::string_view pem);

// The private key of a PEM text. InvalidArgument when there is none, when it
// cannot be read, or when it asks for a passphrase.
absl::StatusOr<bssl::UniquePtr<EVP_PKEY>> ParsePrivateKey(
    absl::string_view pem);

// A certificate (and those that lead to its authority) with its private key,
// both as PEM.
struct TlsIdentity {
  std::string certificate;
  std::string key;

  // Reads and checks two files, which belong together. InvalidArgument names
  // the file and the reason. A certificate that has expired, or is not valid
  // yet, is warned of: clocks differ.
  static absl::StatusOr<TlsIdentity> FromFiles(
      const std::string& certificate_file, const std::string& key_file);
};

// The PEM of a file of certificate authorities, checked; errors name it.
absl::StatusOr<std::string> AuthoritiesFromFile(const std::string& path);

// When a certificate begins and ceases to be valid.
struct Validity {
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
};
Validity ValidityOf(const X509& certificate);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_CREDENTIALS_CERTIFICATES_H_
