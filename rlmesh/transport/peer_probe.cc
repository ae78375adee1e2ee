// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/peer_probe.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/transport/socket_address.h"

namespace rlmesh {
namespace {

// The connection preface of HTTP/2 and an empty SETTINGS frame.
constexpr absl::string_view kHello(
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
constexpr size_t kFrameHeader = 9;
constexpr char kSettings = 4;

// Whether `fd` became ready before `deadline`.
bool Await(int fd, short events, absl::Time deadline) {
  while (true) {
    const absl::Duration left = deadline - absl::Now();
    pollfd p = {fd, events, 0};
    const int n =
        poll(&p, 1, std::max<int64_t>(0, left / absl::Milliseconds(1)));
    if (n > 0) return true;
    if (n == 0 || errno != EINTR) return false;
  }
}

absl::Status NothingListens(const Address& address, int error) {
  absl::string_view why = "the connection is refused";
  if (error == ENOENT) why = "there is no such socket";
  if (error != ENOENT && error != ECONNREFUSED) {
    return absl::UnavailableError(
        absl::StrCat("could not connect to ", address.ToString(), ": ",
                     absl::ErrnoToStatus(error, "connect").message()));
  }
  return absl::UnavailableError(absl::StrCat("could not connect to ",
                                             address.ToString(), ": ", why,
                                             "; is the server running?"));
}

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

}  // namespace

absl::Status ProbePeer(const Address& address, absl::Duration timeout) {
  SocketAddress where;
  if (!SocketAddress::FromLiteral(address, &where)) return absl::OkStatus();
  const absl::Time deadline = absl::Now() + timeout;
  UniqueFd fd(
      socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, "socket");
  if (connect(fd.get(), where.get(), where.size()) != 0) {
    if (errno != EINPROGRESS) return NothingListens(address, errno);
    if (!Await(fd.get(), POLLOUT, deadline)) {
      return absl::DeadlineExceededError(
          absl::StrCat("connect timed out: no answer from ", address.ToString(),
                       "; is the host reachable?"));
    }
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return NothingListens(address, error);
  }
  send(fd.get(), kHello.data(), kHello.size(), MSG_NOSIGNAL);
  char answer[64];
  size_t got = 0;
  while (got < kFrameHeader) {
    if (!Await(fd.get(), POLLIN, deadline)) return Mute(address);
    const ssize_t n =
        recv(fd.get(), answer + got, sizeof(answer) - got, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n <= 0) break;
    got += n;
  }
  const absl::string_view text(answer, got);
  if (got >= kFrameHeader && answer[3] == kSettings) return absl::OkStatus();
  if (absl::StartsWith(text, "HTTP/1")) return NoGrpc(address, "HTTP/1");
  if (got > 1 && answer[0] == 0x15 && answer[1] == 3) {
    return NoGrpc(address, "TLS");
  }
  if (got > 0) return NoGrpc(address, "a protocol other than HTTP/2");
  return absl::UnavailableError(absl::StrCat(
      "could not connect to ", address.ToString(),
      ": the peer closes the connection without an answer; it is no gRPC "
      "server, or not ready yet"));
}

}  // namespace rlmesh
