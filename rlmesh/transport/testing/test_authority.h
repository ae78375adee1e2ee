// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A certificate authority of a test's own.

#ifndef RLMESH_TRANSPORT_TESTING_TEST_AUTHORITY_H_
#define RLMESH_TRANSPORT_TESTING_TEST_AUTHORITY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "openssl/base.h"

namespace rlmesh {

struct TestCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

struct CertificateRequest {
  std::vector<std::string> dns = {"localhost"};
  std::vector<std::string> ips = {"127.0.0.1", "::1"};
  // Relative to now.
  absl::Duration from = -absl::Hours(1);
  absl::Duration until = absl::Hours(1);
};

// Signs certificates with a key that it makes for itself (P-256). Fails the
// process when BoringSSL does.
//
// Example:
//   TestAuthority authority("our authority");
//   TestCertificate server = authority.Issue({});
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  ~TestAuthority();

  // Its own certificate, PEM.
  const std::string& certificate() const { return pem_; }

  TestCertificate Issue(const CertificateRequest& request) const;

 private:
  bssl::UniquePtr<EVP_PKEY> key_;
  bssl::UniquePtr<X509> certificate_;
  std::string pem_;
};

// Writes `text` to a file of `mode` and returns its name.
std::string WriteTestFile(const std::string& path, const std::string& text,
                          int mode = 0600);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_TESTING_TEST_AUTHORITY_H_
