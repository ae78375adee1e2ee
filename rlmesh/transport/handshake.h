// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The handshake of both services: who is there, and do we speak the same wire.

#ifndef RLMESH_TRANSPORT_HANDSHAKE_H_
#define RLMESH_TRANSPORT_HANDSHAKE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rlmesh/proto/core/v1/handshake.pb.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/editions.h"

namespace rlmesh {

// How we introduce ourselves.
struct Introduction {
  std::string component;        // wire::kEnvComponent or kModelComponent
  std::string package_version;  // "0.2.0"; advisory
  // What a server offers beside the base protocol: name to "true".
  std::map<std::string, std::string> capabilities;
  // Declared workflow edition; empty offers the newest.
  std::string edition;
};

// The server's answer: compatible when the request names our generation,
// otherwise in-band refusal that names both. Only the generation decides;
// editions are the client's business. The caller adds what its service adds.
void AnswerHandshake(const core::v1::HandshakeRequest& request,
                     const Introduction& self,
                     core::v1::HandshakeResponse* response);

core::v1::HandshakeRequest MakeHandshakeRequest(const Introduction& self);

// The client's reading of an answer: FailedPrecondition "handshake failed: ..."
// with the server's words, its release and our generation when it refused.
absl::Status CheckHandshake(const core::v1::HandshakeResponse& response,
                            const Address& address);

// What the server offered, as `name` ("env", "model").
EditionOffer OfferOf(const core::v1::HandshakeResponse& response,
                     absl::string_view name);

// Whether the server has a capability: its value is exactly "true".
bool HasCapability(const core::v1::HandshakeResponse& response,
                   absl::string_view name);

// The error for a Handshake request whose `bytes` are not of our generation's
// shape: Internal, names both generations as far as theirs can be read (clients
// of rlmesh.protocol.v1 have it in another place).
absl::Status UnreadableHandshake(absl::string_view bytes);

// What a failed Handshake call means: a server without the service
// (Unimplemented) or of another wire generation, whose messages do not parse,
// is FailedPrecondition and says what it may be. Other errors get the address.
absl::Status ExplainHandshakeError(const absl::Status& status,
                                   const Address& address,
                                   absl::string_view service);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_HANDSHAKE_H_
