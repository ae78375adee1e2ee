// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a server keeps for one client.

#ifndef RLMESH_TRANSPORT_JOIN_SESSION_H_
#define RLMESH_TRANSPORT_JOIN_SESSION_H_

#include "absl/time/time.h"

namespace rlmesh {

// What answers the requests of one Join stream. Handle is called by one thread
// at a time; Cancel may come from any thread at any time. The destructor may
// block, unless no call of Handle may have.
template <class Request, class Response>
class JoinSession {
 public:
  enum class Next { kGoOn, kEnd };  // kEnd: the stream ends after the response

  virtual ~JoinSession() = default;

  // Whether Handle may block on `request`: it is then called by a thread of the
  // session's own, otherwise where gRPC delivers the request.
  virtual bool MayBlock(const Request& request) const = 0;

  // Fills `response`, which is reused from call to call. `queued` is how long
  // the request waited.
  virtual Next Handle(const Request& request, absl::Duration queued,
                      Response* response) = 0;

  // Makes a running call, and all later ones, end soon.
  virtual void Cancel() = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_JOIN_SESSION_H_
