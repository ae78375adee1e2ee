// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/probe/probe_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/transport/socket_address.h"

namespace rlmesh {
namespace {

constexpr char kSettings = 4;

// Whether `fd` became ready before `deadline`.
bool Await(int fd, short events, absl::Time deadline) {
  while (true) {
    const absl::Duration left = deadline - SteadyNow();
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

}  // namespace

const absl::string_view kHttp2Hello(
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);

bool IsHttp2Settings(absl::string_view bytes) {
  return bytes.size() >= kHttp2FrameHeader && bytes[3] == kSettings;
}

bool ProbeSocket::IsLiteral(const Address& address) {
  SocketAddress where;
  return SocketAddress::FromLiteral(address, &where);
}

absl::StatusOr<ProbeSocket> ProbeSocket::Connect(const Address& address,
                                                 absl::Time deadline) {
  SocketAddress where;
  if (!SocketAddress::FromLiteral(address, &where)) {
    return absl::InternalError(
        absl::StrCat(address.ToString(), " is not resolved here"));
  }
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
  return ProbeSocket(std::move(fd), deadline);
}

void ProbeSocket::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    bytes.remove_prefix(n);
  }
}

ssize_t ProbeSocket::Receive(char* to, size_t size) {
  while (true) {
    if (!Await(fd_.get(), POLLIN, deadline_)) return -1;
    const ssize_t n = recv(fd_.get(), to, size, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    return std::max<ssize_t>(n, 0);
  }
}

}  // namespace rlmesh
