// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/certificates.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "glog/logging.h"
#include "openssl/asn1.h"
#include "openssl/bio.h"
#include "openssl/err.h"
#include "openssl/pem.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/credentials/credential_file.h"

namespace rlmesh {
namespace {

constexpr size_t kMaxCertificates = 10000;

bssl::UniquePtr<BIO> Reader(absl::string_view text) {
  return bssl::UniquePtr<BIO>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Nobody is asked for a passphrase.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

absl::Status InFile(const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(path, ": ", status.message()));
}

void WarnOfValidity(const std::string& path, const X509& certificate) {
  const Validity valid = ValidityOf(certificate);
  const absl::Time now = absl::Now();
  if (now >= valid.from && now < valid.until) return;
  LOG(WARNING) << path << ": the certificate "
               << (now < valid.from ? "is valid from " : "has expired at ")
               << absl::FormatTime(now < valid.from ? valid.from : valid.until,
                                   absl::UTCTimeZone())
               << "; the other side will refuse it";
}

}  // namespace

absl::StatusOr<std::vector<bssl::UniquePtr<X509>>> ParseCertificates(
    absl::string_view pem) {
  std::vector<bssl::UniquePtr<X509>> certificates;
  const bssl::UniquePtr<BIO> reader = Reader(pem);
  ERR_clear_error();
  while (certificates.size() < kMaxCertificates) {
    bssl::UniquePtr<X509> next(
        PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
    if (next == nullptr) break;
    certificates.push_back(std::move(next));
  }
  const uint32_t error = ERR_peek_last_error();
  ERR_clear_error();
  const bool at_end = ERR_GET_LIB(error) == ERR_LIB_PEM &&
                      ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (!certificates.empty() && at_end) return certificates;
  if (!at_end) {
    return absl::InvalidArgumentError(
        absl::StrCat("certificate ", certificates.size() + 1,
                     " of the file is damaged; make or copy it again"));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "there is no certificate in PEM (-----BEGIN CERTIFICATE---", "--)",
      absl::StrContains(pem, "PRIVATE KEY-----")
          ? ", but a private key; are the two files "
            "swapped?"
          : ""));
}

absl::StatusOr<bssl::UniquePtr<EVP_PKEY>> ParsePrivateKey(
    absl::string_view pem) {
  const bssl::UniquePtr<BIO> reader = Reader(pem);
  bool asked = false;
  ERR_clear_error();
  bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(reader.get(), nullptr, &NoPassphrase, &asked));
  ERR_clear_error();
  if (key != nullptr) return key;
  if (asked) {
    return absl::InvalidArgumentError(
        "the private key asks for a passphrase; write one without: openssl "
        "pkey -in FILE -out NEW");
  }
  if (absl::StrContains(pem, "PRIVATE KEY-----")) {
    return absl::InvalidArgumentError(
        "the private key is damaged; make or copy it again");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "there is no private key in PEM (-----BEGIN PRIVATE KEY-----)",
      absl::StrContains(pem, "BEGIN CERTIFICATE")
          ? ", but a certificate; are the two files swapped?"
          : ""));
}

absl::StatusOr<TlsIdentity> TlsIdentity::FromFiles(
    const std::string& certificate_file, const std::string& key_file) {
  TlsIdentity identity;
  RLMESH_ASSIGN_OR_RETURN(
      identity.certificate,
      ReadCredentialFile(certificate_file, Privacy::kPublic));
  const auto certificates = ParseCertificates(identity.certificate);
  RLMESH_RETURN_IF_ERROR(InFile(certificate_file, certificates.status()));
  RLMESH_ASSIGN_OR_RETURN(identity.key,
                          ReadCredentialFile(key_file, Privacy::kSecret));
  const auto key = ParsePrivateKey(identity.key);
  RLMESH_RETURN_IF_ERROR(InFile(key_file, key.status()));
  X509* const own = certificates->front().get();
  const bool fits = X509_check_private_key(own, key->get()) == 1;
  ERR_clear_error();
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat(
        key_file, ": it is not the key of the certificate in ",
        certificate_file,
        certificates->size() > 1 ? ", whose first certificate counts" : ""));
  }
  WarnOfValidity(certificate_file, *own);
  return identity;
}

absl::StatusOr<std::string> AuthoritiesFromFile(const std::string& path) {
  RLMESH_ASSIGN_OR_RETURN(std::string pem,
                          ReadCredentialFile(path, Privacy::kPublic));
  RLMESH_RETURN_IF_ERROR(InFile(path, ParseCertificates(pem).status()));
  return pem;
}

Validity ValidityOf(const X509& certificate) {
  const bssl::UniquePtr<ASN1_TIME> epoch(ASN1_TIME_set(nullptr, 0));
  const auto read = [&epoch](const ASN1_TIME* time, absl::Time otherwise) {
    int days, seconds;
    if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) {
      return otherwise;
    }
    return absl::UnixEpoch() + absl::Hours(24) * days + absl::Seconds(seconds);
  };
  Validity valid;
  valid.from = read(X509_get0_notBefore(&certificate), valid.from);
  valid.until = read(X509_get0_notAfter(&certificate), valid.until);
  return valid;
}

}  // namespace rlmesh
