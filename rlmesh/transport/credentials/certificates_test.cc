// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/certificates.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/transport/testing/test_authority.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CertificatesTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    return WriteTestFile(absl::StrCat(dir_.path(), "/", name), text);
  }

  // Refused, naming `file` and `reason`.
  void Refuse(const std::string& certificate, const std::string& key,
              const std::string& file, const std::string& reason) {
    EXPECT_THAT(
        TlsIdentity::FromFiles(Write("cert", certificate), Write("key", key)),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr(absl::StrCat(dir_.path(), "/", file)),
                       HasSubstr(reason))));
  }

  TempDir dir_ = *TempDir::Create("certificates");
  const TestAuthority authority_{"ours"};
  const TestCertificate own_ = authority_.Issue({});
};

TEST_F(CertificatesTest, ACertificateAndItsKeyAreTaken) {
  const auto identity = TlsIdentity::FromFiles(
      Write("cert", absl::StrCat(own_.certificate, authority_.certificate())),
      Write("key", own_.key));
  RLMESH_ASSERT_OK(identity);
  EXPECT_EQ(identity->key, own_.key);
}

TEST_F(CertificatesTest, TheKeyOfAnotherCertificateIsRefused) {
  Refuse(own_.certificate, authority_.Issue({}).key, "key: it is not the key",
         "/cert");
}

TEST_F(CertificatesTest, SwappedFilesAreNoticed) {
  Refuse(own_.key, own_.certificate, "cert", "swapped");
  Refuse(own_.certificate, own_.certificate, "key", "swapped");
}

TEST_F(CertificatesTest, WhatIsNoPemIsRefused) {
  Refuse("", own_.key, "cert", "BEGIN CERTIFICATE");
  Refuse("hello", own_.key, "cert", "BEGIN CERTIFICATE");
  Refuse(own_.certificate, "hello", "key", "BEGIN PRIVATE KEY");
  Refuse(own_.certificate, std::string(100, '\0'), "key", "BEGIN PRIVATE KEY");
}

TEST_F(CertificatesTest, DamagedPemIsRefused) {
  const std::string half =
      own_.certificate.substr(0, own_.certificate.size() / 2);
  Refuse(half, own_.key, "cert", "damaged");
  Refuse(absl::StrCat(own_.certificate, half), own_.key, "cert",
         "certificate 2");
  Refuse(own_.certificate, absl::StrReplaceAll(own_.key, {{"M", "!"}}), "key",
         "damaged");
}

TEST_F(CertificatesTest, AKeyWithAPassphraseIsRefusedAndNobodyIsAsked) {
  Refuse(own_.certificate,
         "-----BEGIN RSA PRIVATE KEY-----\n"
         "Proc-Type: 4,ENCRYPTED\n"
         "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
         "AAAAAAAAAAAAAAAAAAAAAA==\n"
         "-----END RSA PRIVATE KEY-----\n",
         "key", "passphrase");
}

TEST_F(CertificatesTest, AMissingFileIsNamed) {
  EXPECT_THAT(TlsIdentity::FromFiles("/no/cert", "/no/key"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("/no/cert: there is no such file")));
  EXPECT_THAT(AuthoritiesFromFile("/no/ca"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("/no/ca: there is no such file")));
}

TEST_F(CertificatesTest, AnExpiredCertificateIsTakenBecauseClocksDiffer) {
  const TestCertificate old =
      authority_.Issue({{}, {}, -absl::Hours(2), -absl::Hours(1)});
  RLMESH_EXPECT_OK(TlsIdentity::FromFiles(Write("cert", old.certificate),
                                          Write("key", old.key)));
}

TEST_F(CertificatesTest, ValidityIsThatOfTheCertificate) {
  const auto parsed = ParseCertificates(
      authority_.Issue({{}, {}, -absl::Hours(30), absl::Hours(50)})
          .certificate);
  RLMESH_ASSERT_OK(parsed);
  const Validity valid = ValidityOf(*parsed->front());
  const absl::Duration slack = absl::Minutes(1);
  EXPECT_LT(absl::AbsDuration(absl::Now() - absl::Hours(30) - valid.from),
            slack);
  EXPECT_LT(absl::AbsDuration(absl::Now() + absl::Hours(50) - valid.until),
            slack);
}

}  // namespace
}  // namespace rlmesh
