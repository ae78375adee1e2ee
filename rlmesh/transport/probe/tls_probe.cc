// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/probe/tls_probe.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "openssl/bio.h"
#include "openssl/err.h"
#include "openssl/ssl.h"
#include "openssl/x509.h"
#include "openssl/x509v3.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/probe/probe_socket.h"

namespace rlmesh {
namespace {

constexpr size_t kMaxNames = 5;

// TLS over memory, so that a peer that hangs up raises no signal.
struct Session {
  bssl::UniquePtr<SSL_CTX> context;
  bssl::UniquePtr<SSL> ssl;
  BIO* received = nullptr;  // owned by ssl
  BIO* to_send = nullptr;   // owned by ssl
};

Session NewSession() {
  Session s;
  s.context.reset(SSL_CTX_new(TLS_method()));
  SSL_CTX_set_min_proto_version(s.context.get(), TLS1_2_VERSION);
  return s;
}

// After all settings: SSL_new copies those of the context.
void Start(Session* s) {
  static constexpr uint8_t kAlpn[] = {2, 'h', '2'};
  s->ssl.reset(SSL_new(s->context.get()));
  SSL_set_alpn_protos(s->ssl.get(), kAlpn, sizeof(kAlpn));
  s->received = BIO_new(BIO_s_mem());
  s->to_send = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(s->received, -1);
  SSL_set_bio(s->ssl.get(), s->received, s->to_send);
  SSL_set_connect_state(s->ssl.get());
}

void Flush(Session* s, ProbeSocket* peer) {
  const uint8_t* bytes;
  size_t size;
  if (BIO_mem_contents(s->to_send, &bytes, &size) != 1 || size == 0) return;
  peer->Send({reinterpret_cast<const char*>(bytes), size});
  BIO_reset(s->to_send);
}

// What came of a step of TLS.
enum class Outcome { kDone, kFailed, kHungUp, kLate };

// Repeats `step` (1 or more: done) with what the peer sends in between.
template <typename Step>
Outcome Drive(Session* s, ProbeSocket* peer, Step step) {
  while (true) {
    ERR_clear_error();
    const int result = step(s->ssl.get());
    const int error = SSL_get_error(s->ssl.get(), result);
    Flush(s, peer);
    if (result > 0) return Outcome::kDone;
    if (error == SSL_ERROR_ZERO_RETURN) return Outcome::kHungUp;
    if (error != SSL_ERROR_WANT_READ) return Outcome::kFailed;
    char buffer[4096];
    const ssize_t got = peer->Receive(buffer, sizeof(buffer));
    if (got < 0) return Outcome::kLate;
    if (got == 0) return Outcome::kHungUp;
    BIO_write(s->received, buffer, static_cast<int>(got));
  }
}

// What the checks of a certificate found, and what the server asked for.
struct Findings {
  std::string host;  // the name that it must have
  int error = X509_V_OK;
  bool wrong_name = false;
  Validity validity;
  std::string names;  // of the certificate, for people
  bool asked_for_certificate = false;
};

bool HasName(X509* certificate, const std::string& name) {
  return X509_check_ip_asc(certificate, name.c_str(), 0) == 1 ||
         X509_check_host(certificate, name.data(), name.size(), 0, nullptr) ==
             1;
}

std::string NamesOf(const X509* certificate) {
  std::vector<std::string> names;
  const bssl::UniquePtr<GENERAL_NAMES> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const size_t count = all == nullptr ? 0 : sk_GENERAL_NAME_num(all.get());
  for (size_t i = 0; i < count && names.size() < kMaxNames; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) {
      const ASN1_IA5STRING* dns = name->d.dNSName;
      names.push_back(absl::CHexEscape(absl::string_view(
          reinterpret_cast<const char*>(ASN1_STRING_get0_data(dns)),
          std::min(ASN1_STRING_length(dns), 253))));
    } else if (name->type == GEN_IPADD) {
      const ASN1_OCTET_STRING* ip = name->d.iPAddress;
      const uint8_t* b = ASN1_STRING_get0_data(ip);
      if (ASN1_STRING_length(ip) == 4) {
        names.push_back(absl::StrCat(b[0], ".", b[1], ".", b[2], ".", b[3]));
      }
    }
  }
  return names.empty() ? "no name that we know" : absl::StrJoin(names, ", ");
}

// Called by BoringSSL with the peer's chain.
int CheckChain(X509_STORE_CTX* chain, void* findings) {
  auto* const found = static_cast<Findings*>(findings);
  X509* const leaf = X509_STORE_CTX_get0_cert(chain);
  const bool ok = X509_verify_cert(chain) == 1;
  found->error = X509_STORE_CTX_get_error(chain);
  found->validity = ValidityOf(*leaf);
  found->names = NamesOf(leaf);
  found->wrong_name = ok && !HasName(leaf, found->host);
  return ok && !found->wrong_name;
}

// Called when the peer asks for a certificate of ours.
int NoteRequest(SSL* /*ssl*/, void* findings) {
  static_cast<Findings*>(findings)->asked_for_certificate = true;
  return 1;
}

absl::Status Configure(const ClientTls& tls, SSL_CTX* context) {
  RLMESH_ASSIGN_OR_RETURN(auto authorities, ParseCertificates(tls.authorities));
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  // As gRPC has it.
  X509_STORE_set_flags(store,
                       X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  for (const auto& authority : authorities) {
    X509_STORE_add_cert(store, authority.get());
  }
  if (!tls.identity.has_value()) return absl::OkStatus();
  RLMESH_ASSIGN_OR_RETURN(auto chain,
                          ParseCertificates(tls.identity->certificate));
  RLMESH_ASSIGN_OR_RETURN(auto key, ParsePrivateKey(tls.identity->key));
  SSL_CTX_use_certificate(context, chain.front().get());
  for (size_t i = 1; i < chain.size(); ++i) {
    SSL_CTX_add1_chain_cert(context, chain[i].get());
  }
  SSL_CTX_use_PrivateKey(context, key.get());
  return absl::OkStatus();
}

std::string Day(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

// Why our side would not have the peer's certificate.
absl::Status Untrusted(const std::string& where, const Findings& found) {
  std::string why;
  if (found.wrong_name) {
    why = absl::StrCat("is not for ", absl::CHexEscape(found.host), " but for ",
                       found.names,
                       "; connect to that name, or give it as "
                       "--tls_server_name=NAME or $RLMESH_TLS_SERVER_NAME");
  } else if (found.error == X509_V_ERR_CERT_HAS_EXPIRED) {
    // The leaf's, or an authority's.
    why = absl::Now() >= found.validity.until
              ? absl::StrCat("has expired at ", Day(found.validity.until),
                             "; the server needs a new one")
              : "comes from an authority whose own has expired; it needs a "
                "new one";
  } else if (found.error == X509_V_ERR_CERT_NOT_YET_VALID) {
    why = absl::StrCat("is not valid before ", Day(found.validity.from),
                       "; is the clock of this machine right?");
  } else if (found.error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
             found.error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
             found.error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
             found.error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
             found.error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
             found.error == X509_V_ERR_CERT_SIGNATURE_FAILURE) {
    why =
        "comes from an authority that is not trusted here; give its own "
        "certificate as --tls_ca=FILE or $RLMESH_TLS_CA";
  } else {
    why = absl::StrCat("is not accepted: ",
                       X509_verify_cert_error_string(found.error));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("the certificate of ", where, " ", why));
}

// Why the peer would not have ours.
absl::Status OursRefused(const std::string& where, const ClientTls& tls) {
  if (!tls.identity.has_value()) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the server at ", where,
        " wants a certificate of its clients; give --tls_cert=FILE and "
        "--tls_key=FILE, or $RLMESH_TLS_CERT and $RLMESH_TLS_KEY"));
  }
  std::string why =
      "it must come from an authority of the server's --tls_client_ca";
  const auto chain = ParseCertificates(tls.identity->certificate);
  if (chain.ok()) {
    const Validity valid = ValidityOf(*chain->front());
    if (absl::Now() >= valid.until) {
      why = absl::StrCat("it has expired at ", Day(valid.until));
    } else if (absl::Now() < valid.from) {
      why = absl::StrCat("it is not valid before ", Day(valid.from));
    }
  }
  return absl::UnauthenticatedError(
      absl::StrCat("the server at ", where,
                   " refuses the certificate that it was shown: ", why));
}

// The peer's alert, or what else BoringSSL says.
std::string LastReason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "unknown" : reason;
}

bool IsNoTls() {
  const uint32_t error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return false;
  return ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER;
}

absl::Status Explain(Outcome outcome, const Address& address,
                     const ClientTls& tls, const Findings& found) {
  const std::string where = address.ToString();
  switch (outcome) {
    case Outcome::kDone:
      return absl::OkStatus();
    case Outcome::kLate:
      return absl::DeadlineExceededError(
          absl::StrCat("connect timed out: ", where,
                       " accepts connections but does not answer in TLS"));
    case Outcome::kFailed:
      if (found.error != X509_V_OK || found.wrong_name) {
        return Untrusted(where, found);
      }
      if (IsNoTls()) return NoTlsAt(address);
      break;
    case Outcome::kHungUp:
      break;
  }
  if (found.asked_for_certificate) return OursRefused(where, tls);
  if (outcome == Outcome::kFailed) {
    return absl::FailedPreconditionError(
        absl::StrCat("TLS with ", where, " failed: ", LastReason()));
  }
  return absl::UnavailableError(absl::StrCat(
      "could not connect to ", where,
      ": the peer closes the connection during TLS; it is no gRPC server, or "
      "not ready yet"));
}

}  // namespace

absl::Status NoTlsAt(const Address& address) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the peer at ", address.ToString(),
      " does not speak TLS; start the server with --tls_cert and --tls_key, "
      "or connect without --tls_ca ($RLMESH_TLS_CA)"));
}

absl::Status ProbeTls(const Address& address, const ClientTls& tls,
                      absl::Time deadline) {
  Findings found;
  found.host = !tls.server_name.empty()                 ? tls.server_name
               : address.kind() == Address::Kind::kUnix ? "localhost"
                                                        : address.host();
  Session session = NewSession();
  SSL_CTX* const context = session.context.get();
  RLMESH_RETURN_IF_ERROR(Configure(tls, context));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &CheckChain, &found);
  SSL_CTX_set_cert_cb(context, &NoteRequest, &found);
  Start(&session);
  SSL_set_tlsext_host_name(session.ssl.get(), found.host.c_str());
  RLMESH_ASSIGN_OR_RETURN(ProbeSocket peer,
                          ProbeSocket::Connect(address, deadline));
  Outcome outcome = Drive(&session, &peer, &SSL_do_handshake);
  if (outcome != Outcome::kDone) return Explain(outcome, address, tls, found);
  // With TLS 1.3 a server refuses a certificate after our side is done.
  outcome = Drive(&session, &peer, [](SSL* ssl) {
    return SSL_write(ssl, kHttp2Hello.data(), kHttp2Hello.size());
  });
  char answer[kHttp2FrameHeader];
  size_t got = 0;
  while (outcome == Outcome::kDone && got < sizeof(answer)) {
    outcome = Drive(&session, &peer, [&answer, &got](SSL* ssl) {
      const int n = SSL_read(ssl, answer + got, sizeof(answer) - got);
      if (n > 0) got += n;
      return n;
    });
  }
  RLMESH_RETURN_IF_ERROR(Explain(outcome, address, tls, found));
  if (IsHttp2Settings({answer, got})) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the peer at ", address.ToString(),
                   " speaks TLS but is no gRPC server: it answers in a "
                   "protocol other than HTTP/2; check the port"));
}

bool SpeaksTls(const Address& address, absl::Time deadline) {
  absl::StatusOr<ProbeSocket> peer = ProbeSocket::Connect(address, deadline);
  if (!peer.ok()) return false;
  Session session = NewSession();
  Start(&session);
  SSL_do_handshake(session.ssl.get());
  ERR_clear_error();
  Flush(&session, &*peer);
  char answer[2];
  size_t got = 0;
  while (got < sizeof(answer)) {
    const ssize_t n = peer->Receive(answer + got, sizeof(answer) - got);
    if (n <= 0) return false;
    got += n;
  }
  // A record of a handshake or an alert, of version 3.
  return (answer[0] == 0x16 || answer[0] == 0x15) && answer[1] == 3;
}

}  // namespace rlmesh
