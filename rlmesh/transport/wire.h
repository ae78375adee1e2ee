// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Constants of the wire, generation rlmesh-wire-v1.

#ifndef RLMESH_TRANSPORT_WIRE_H_
#define RLMESH_TRANSPORT_WIRE_H_

namespace rlmesh {
namespace wire {

// Both sides must name the same one in the handshake.
inline constexpr char kGeneration[] = "rlmesh-wire-v1";

// Base of the workflow editions this build implements: it takes any spelling
// "2026.06-SUFFIX" of it (handshake.h).
inline constexpr char kEdition[] = "2026.06";

// Limit of one encoded message, both ways, on every service: 256 MiB.
inline constexpr int kMaxMessageBytes = 268435456;

// Full names of the services, as health checks ask for them.
inline constexpr char kEnvService[] = "rlmesh.env.v1.EnvService";
inline constexpr char kModelService[] = "rlmesh.model.v1.ModelService";

// PeerInfo.component of both ends of each service.
inline constexpr char kEnvComponent[] = "rlmesh-env";
inline constexpr char kModelComponent[] = "rlmesh-model";

// Capabilities; there when their value is exactly "true".
inline constexpr char kSubsetStep[] = "subset_step";
// Ours: a predict may have several rows, whatever the policy is made for.
inline constexpr char kPredictRows[] = "rlmesh.model.predict_rows.v1";
inline constexpr char kConcurrentPredict[] =
    "rlmesh.model.concurrent_predict.v1";
inline constexpr char kObservationHistory[] =
    "rlmesh.model.observation_history.v1";

}  // namespace wire
}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_WIRE_H_
