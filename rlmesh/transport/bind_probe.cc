// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/bind_probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/transport/socket_address.h"

namespace rlmesh {
namespace {

// errno of binding there, 0 when it would work.
int TryBind(const Address& address) {
  SocketAddress where;
  if (!SocketAddress::FromLiteral(address, &where)) return EINVAL;
  UniqueFd fd(socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno;
  // As gRPC does: connections that linger from an earlier server do not count.
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  return bind(fd.get(), where.get(), where.size()) == 0 ? 0 : errno;
}

absl::Status ProbeTcp(const Address& address) {
  const int error = TryBind(address);
  if (error == 0) return absl::OkStatus();
  if (error != EADDRINUSE) {
    const std::string failed =
        absl::StrCat("failed to bind ", address.ToString());
    if (error == EADDRNOTAVAIL) {
      return absl::InvalidArgumentError(
          absl::StrCat(failed,
                       ": no address of this machine; use 127.0.0.1, or "
                       "0.0.0.0 for all of its addresses"));
    }
    return absl::ErrnoToStatus(
        error, error == EACCES
                   ? absl::StrCat(failed, ": ports below 1024 are for root")
                   : failed);
  }
  std::string proposal = "use port 0 and the system picks a free one";
  for (int port = address.port() + 1;
       port <= 65535 && port <= address.port() + 100; ++port) {
    if (TryBind(address.WithPort(port)) != 0) continue;
    proposal = absl::StrCat("the next free port is ",
                            address.WithPort(port).ToString(),
                            "; port 0 lets the system pick one");
    break;
  }
  return absl::AlreadyExistsError(
      absl::StrCat("failed to bind ", address.ToString(),
                   ": another process listens on that port; ", proposal));
}

absl::Status ProbeUnix(const Address& address) {
  const std::string& path = address.path();
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      const std::string folder = path.substr(0, path.rfind('/') + 1);
      if (access(folder.c_str(), W_OK | X_OK) == 0) return absl::OkStatus();
      return absl::ErrnoToStatus(
          errno,
          absl::StrCat("failed to bind ", address.ToString(), ": folder ",
                       folder, " must exist and be writable"));
    }
    return absl::ErrnoToStatus(
        errno, absl::StrCat("failed to bind ", address.ToString()));
  }
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "failed to bind ", address.ToString(),
        ": a file that is no socket is in the way; move it or choose another "
        "path"));
  }
  SocketAddress where;
  SocketAddress::FromLiteral(address, &where);
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, "socket");
  if (connect(fd.get(), where.get(), where.size()) == 0 || errno == EAGAIN) {
    return absl::AlreadyExistsError(absl::StrCat(
        "failed to bind ", address.ToString(),
        ": a running server listens there; stop it or choose another path"));
  }
  if (errno == ECONNREFUSED) {
    if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
    return absl::ErrnoToStatus(
        errno, absl::StrCat("failed to bind ", address.ToString(),
                            ": cannot remove the socket that a server left"));
  }
  return absl::ErrnoToStatus(
      errno, absl::StrCat("failed to bind ", address.ToString()));
}

}  // namespace

absl::Status ProbeBind(const Address& address) {
  return address.kind() == Address::Kind::kUnix ? ProbeUnix(address)
                                                : ProbeTcp(address);
}

}  // namespace rlmesh
