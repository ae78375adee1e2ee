// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A connection that is made to find out who is there.

#ifndef RLMESH_TRANSPORT_PROBE_PROBE_SOCKET_H_
#define RLMESH_TRANSPORT_PROBE_PROBE_SOCKET_H_

#include <sys/types.h>

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

// The connection preface of HTTP/2 and an empty SETTINGS frame: a server
// answers with a SETTINGS frame of its own.
extern const absl::string_view kHttp2Hello;
inline constexpr size_t kHttp2FrameHeader = 9;

// Whether `bytes` begin with a SETTINGS frame.
bool IsHttp2Settings(absl::string_view bytes);

// One thread. Every call ends at the deadline.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(ProbeSocket peer, ProbeSocket::Connect(a, when));
//   peer.Send(kHttp2Hello);
//   const ssize_t got = peer.Receive(buffer, sizeof(buffer));
class ProbeSocket {
 public:
  // Whether there is something to connect to without asking a resolver.
  static bool IsLiteral(const Address& address);

  // `address` is literal. Unavailable when nobody listens there, or hosts or
  // networks are out of reach; DeadlineExceeded.
  static absl::StatusOr<ProbeSocket> Connect(const Address& address,
                                             absl::Time deadline);

  // As far as the peer takes it at once.
  void Send(absl::string_view bytes);

  // Waits for bytes: their number, 0 when the peer has hung up, -1 at the
  // deadline.
  ssize_t Receive(char* to, size_t size);

 private:
  ProbeSocket(UniqueFd fd, absl::Time deadline)
      : fd_(std::move(fd)), deadline_(deadline) {}

  UniqueFd fd_;
  absl::Time deadline_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_PROBE_PROBE_SOCKET_H_
