// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// An Address as the kernel takes it.

#ifndef RLMESH_TRANSPORT_SOCKET_ADDRESS_H_
#define RLMESH_TRANSPORT_SOCKET_ADDRESS_H_

#include <sys/socket.h>

#include "rlmesh/transport/address.h"

namespace rlmesh {

// Value type, for one call of bind or connect.
//
// Example:
//   SocketAddress where;
//   if (!SocketAddress::FromLiteral(address, &where)) return;  // a host name
//   connect(fd, where.get(), where.size());
class SocketAddress {
 public:
  // False for a host that is a name other than localhost: nothing is resolved.
  static bool FromLiteral(const Address& address, SocketAddress* out);

  int family() const { return storage_.ss_family; }
  const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&storage_);
  }
  socklen_t size() const { return size_; }

 private:
  sockaddr_storage storage_ = {};
  socklen_t size_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_SOCKET_ADDRESS_H_
