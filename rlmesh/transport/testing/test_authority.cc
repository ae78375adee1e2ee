// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/testing/test_authority.h"

#include <sys/stat.h>

#include <ctime>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "glog/logging.h"
#include "openssl/bio.h"
#include "openssl/digest.h"
#include "openssl/ec.h"
#include "openssl/ec_key.h"
#include "openssl/evp.h"
#include "openssl/nid.h"
#include "openssl/pem.h"
#include "openssl/rand.h"
#include "openssl/x509.h"
#include "openssl/x509v3.h"

namespace rlmesh {
namespace {

bssl::UniquePtr<EVP_PKEY> NewKey() {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  CHECK_EQ(EC_KEY_generate_key(ec.get()), 1);
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  CHECK_EQ(EVP_PKEY_set1_EC_KEY(key.get(), ec.get()), 1);
  return key;
}

std::string Text(BIO* bio) {
  const uint8_t* bytes;
  size_t size;
  CHECK_EQ(BIO_mem_contents(bio, &bytes, &size), 1);
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

std::string Pem(X509* certificate) {
  bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  CHECK_EQ(PEM_write_bio_X509(bio.get(), certificate), 1);
  return Text(bio.get());
}

std::string Pem(EVP_PKEY* key) {
  bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  CHECK_EQ(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0,
                                         nullptr, nullptr),
           1);
  return Text(bio.get());
}

void SetName(X509_NAME* name, const std::string& text) {
  CHECK_EQ(
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const uint8_t*>(text.data()),
                                 text.size(), -1, 0),
      1);
}

void Extend(X509* certificate, int nid, const std::string& value) {
  bssl::UniquePtr<X509_EXTENSION> extension(
      X509V3_EXT_nconf_nid(nullptr, nullptr, nid, value.c_str()));
  CHECK(extension != nullptr) << value;
  CHECK_EQ(X509_add_ext(certificate, extension.get(), -1), 1);
}

// Without a signature, issuer and extensions.
bssl::UniquePtr<X509> Draft(EVP_PKEY* key, const std::string& name,
                            absl::Duration from, absl::Duration until) {
  bssl::UniquePtr<X509> draft(X509_new());
  CHECK_EQ(X509_set_version(draft.get(), X509_VERSION_3), 1);
  uint32_t serial;
  RAND_bytes(reinterpret_cast<uint8_t*>(&serial), sizeof(serial));
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(draft.get()), serial);
  const absl::Time now = absl::Now();
  ASN1_TIME_set(X509_getm_notBefore(draft.get()), absl::ToTimeT(now + from));
  ASN1_TIME_set(X509_getm_notAfter(draft.get()), absl::ToTimeT(now + until));
  SetName(X509_get_subject_name(draft.get()), name);
  CHECK_EQ(X509_set_pubkey(draft.get(), key), 1);
  return draft;
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) : key_(NewKey()) {
  certificate_ = Draft(key_.get(), name, -absl::Hours(48), absl::Hours(48));
  X509* const own = certificate_.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  Extend(own, NID_basic_constraints, "critical,CA:TRUE");
  Extend(own, NID_key_usage, "critical,keyCertSign");
  CHECK_GT(X509_sign(own, key_.get(), EVP_sha256()), 0);
  pem_ = Pem(own);
}

TestAuthority::~TestAuthority() = default;

TestCertificate TestAuthority::Issue(const CertificateRequest& request) const {
  const bssl::UniquePtr<EVP_PKEY> key = NewKey();
  const bssl::UniquePtr<X509> made =
      Draft(key.get(), "issued by a test", request.from, request.until);
  X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
  std::vector<std::string> names;
  for (const std::string& dns : request.dns) {
    names.push_back(absl::StrCat("DNS:", dns));
  }
  for (const std::string& ip : request.ips) {
    names.push_back(absl::StrCat("IP:", ip));
  }
  if (!names.empty()) {
    Extend(made.get(), NID_subject_alt_name, absl::StrJoin(names, ","));
  }
  CHECK_GT(X509_sign(made.get(), key_.get(), EVP_sha256()), 0);
  return {Pem(made.get()), Pem(key.get())};
}

std::string WriteTestFile(const std::string& path, const std::string& text,
                          int mode) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  CHECK(file.good()) << path;
  CHECK_EQ(chmod(path.c_str(), mode), 0) << path;
  return path;
}

}  // namespace rlmesh
