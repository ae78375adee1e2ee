// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <string>

namespace rlmesh {

bool SocketAddress::FromLiteral(const Address& address, SocketAddress* out) {
  *out = SocketAddress();
  if (address.kind() == Address::Kind::kUnix) {
    auto* unix_address = reinterpret_cast<sockaddr_un*>(&out->storage_);
    unix_address->sun_family = AF_UNIX;
    // Fits: Address checked it.
    std::memcpy(unix_address->sun_path, address.path().data(),
                address.path().size());
    out->size_ = sizeof(sockaddr_un);
    return true;
  }
  const std::string host =
      address.host() == "localhost" ? "127.0.0.1" : address.host();
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out->storage_);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port());
    out->size_ = sizeof(sockaddr_in);
    return true;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out->storage_);
  if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port());
    out->size_ = sizeof(sockaddr_in6);
    return true;
  }
  return false;
}

}  // namespace rlmesh
