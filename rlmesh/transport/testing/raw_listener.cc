// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/testing/raw_listener.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace rlmesh {
namespace {

UniqueFd ListenOnLoopback(int* port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in where = {};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(where);
  auto* any = reinterpret_cast<sockaddr*>(&where);
  PCHECK(bind(fd.get(), any, size) == 0);
  PCHECK(listen(fd.get(), 16) == 0);
  PCHECK(getsockname(fd.get(), any, &size) == 0);
  *port = ntohs(where.sin_port);
  return fd;
}

}  // namespace

RawListener::RawListener(Address address, UniqueFd fd)
    : address_(std::move(address)), fd_(std::move(fd)) {}

std::unique_ptr<RawListener> RawListener::Mute() {
  int port = 0;
  UniqueFd fd = ListenOnLoopback(&port);
  return std::unique_ptr<RawListener>(new RawListener(
      *Address::ForConnect(absl::StrCat("127.0.0.1:", port)), std::move(fd)));
}

std::unique_ptr<RawListener> RawListener::Answering(absl::string_view answer) {
  std::unique_ptr<RawListener> listener = Mute();
  listener->thread_ =
      std::thread(&RawListener::Answer, listener.get(), std::string(answer));
  return listener;
}

std::unique_ptr<RawListener> RawListener::MuteAt(const std::string& path) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un where = {};
  where.sun_family = AF_UNIX;
  CHECK_LT(path.size(), sizeof(where.sun_path));
  std::memcpy(where.sun_path, path.data(), path.size());
  PCHECK(bind(fd.get(), reinterpret_cast<sockaddr*>(&where), sizeof(where)) ==
         0);
  PCHECK(listen(fd.get(), 16) == 0);
  return std::unique_ptr<RawListener>(new RawListener(
      *Address::ForConnect(absl::StrCat("unix://", path)), std::move(fd)));
}

RawListener::~RawListener() {
  shutdown(fd_.get(), SHUT_RDWR);  // ends accept
  if (thread_.joinable()) thread_.join();
}

void RawListener::Answer(std::string answer) {
  while (true) {
    UniqueFd peer(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer.valid()) return;
    char hello[24];
    recv(peer.get(), hello, sizeof(hello), 0);
    send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    shutdown(peer.get(), SHUT_WR);
    // Until the client leaves: closing with unread bytes would reset.
    while (recv(peer.get(), hello, sizeof(hello), 0) > 0) {
    }
  }
}

}  // namespace rlmesh
