// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/probe/peer_probe.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/probe/probe_socket.h"
#include "rlmesh/transport/probe/tls_probe.h"

namespace rlmesh {
namespace {

absl::Status Mute(const Address& address) {
  return absl::DeadlineExceededError(absl::StrCat(
      "connect timed out: ", address.ToString(),
      " accepts connections but does not answer; it is no gRPC server, or it "
      "hangs"));
}

absl::Status NoGrpc(const Address& address, absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the peer at ", address.ToString(), " is no gRPC server: it answers in ",
      what, "; check the port"));
}

// The first bytes of the peer's answer to a hello, up to nine; empty when it
// hangs up.
absl::StatusOr<std::string> AnswerToHello(const Address& address,
                                          absl::Time deadline) {
  RLMESH_ASSIGN_OR_RETURN(ProbeSocket peer,
                          ProbeSocket::Connect(address, deadline));
  peer.Send(kHttp2Hello);
  char answer[kHttp2FrameHeader];
  size_t got = 0;
  while (got < sizeof(answer)) {
    const ssize_t n = peer.Receive(answer + got, sizeof(answer) - got);
    if (n < 0) return Mute(address);
    if (n == 0) break;
    got += n;
  }
  return std::string(answer, got);
}

absl::Status ProbePlain(const Address& address, absl::Time deadline) {
  RLMESH_ASSIGN_OR_RETURN(const std::string text,
                          AnswerToHello(address, deadline));
  if (IsHttp2Settings(text)) return absl::OkStatus();
  if (absl::StartsWith(text, "HTTP/1")) return NoGrpc(address, "HTTP/1");
  // A server that expects TLS hangs up, with an alert or without.
  const bool alert = text.size() > 1 && text[0] == 0x15 && text[1] == 3;
  if ((alert || text.empty()) && SpeaksTls(address, deadline)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the server at ", address.ToString(),
        " speaks TLS; give the authority of its certificate: --tls_ca=FILE "
        "or $RLMESH_TLS_CA"));
  }
  if (alert) return NoGrpc(address, "TLS");
  if (!text.empty()) return NoGrpc(address, "a protocol other than HTTP/2");
  return absl::UnavailableError(absl::StrCat(
      "could not connect to ", address.ToString(),
      ": the peer closes the connection without an answer; it is no gRPC "
      "server, or not ready yet"));
}

}  // namespace

absl::Status ProbePeer(const Address& address,
                       const absl::optional<ClientTls>& tls,
                       absl::Duration timeout) {
  if (!ProbeSocket::IsLiteral(address)) return absl::OkStatus();
  const absl::Time deadline = SteadyNow() + timeout;
  if (!tls.has_value()) return ProbePlain(address, deadline);
  const absl::Status status = ProbeTls(address, *tls, deadline);
  // Some servers hang up on a ClientHello that they cannot read.
  if (absl::IsUnavailable(status) && ProbePlain(address, deadline).ok()) {
    return NoTlsAt(address);
  }
  return status;
}

}  // namespace rlmesh
