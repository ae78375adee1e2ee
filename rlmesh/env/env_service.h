// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Environments over gRPC: the server's half.

#ifndef RLMESH_ENV_ENV_SERVICE_H_
#define RLMESH_ENV_ENV_SERVICE_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/support/byte_buffer.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/session/env_session.h"
#include "rlmesh/env/session/environment_pool.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/credentials/token.h"
#include "rlmesh/transport/handshake.h"
#include "rlmesh/transport/join_streams.h"
#include "rlmesh/transport/server_loop.h"
#include "rlmesh/transport/session/session_slots.h"

namespace rlmesh {

namespace env_service_internal {

// Handshakes arrive as bytes, so that those of other generations can be told.
using Base = env::v1::EnvService::WithRawCallbackMethod_Handshake<
    env::v1::EnvService::WithCallbackMethod_Join<
        env::v1::EnvService::WithCallbackMethod_Shutdown<
            env::v1::EnvService::Service>>>;

}  // namespace env_service_internal

struct EnvServiceOptions {
  // How the server introduces itself; component and capabilities are filled in.
  Introduction introduction;
  // Join streams at a time, 1 or more; the factory may allow fewer.
  int max_sessions = 64;
  // Whether a client may shut the server down. Default: refused.
  bool allow_remote_shutdown = false;
  // A stream that has not asked for anything by then ends, and so does one
  // whose client is silent for so long later: a slot is for those who use it.
  absl::Duration first_request_timeout = absl::Seconds(60);
  absl::Duration session_timeout = absl::InfiniteDuration();
  // What clients must show to shake hands, join and shut down. Default: none.
  Token token;
  EnvSessionOptions session;

  // Names the option and its value.
  absl::Status Validate() const;
};

// rlmesh.env.v1.EnvService: translates, calls EnvSession, translates. Calls of
// environments that block run on a thread of their session's own; others run
// where gRPC delivers the request. A stream has one message outstanding in each
// direction. When a client vanishes, its environment is cancelled and its slot
// is free at once; the next session waits until the environment has ended.
//
// Thread-safe. Destroy it after the server that hosts it; the destructor waits
// for environments to end.
//
// Example:
//   EnvService service(factory, options, [&stop] { stop.Notify(); });
//   GrpcServer::Start({address}, {{wire::kEnvService, &service}});
class EnvService : public env_service_internal::Base, public Drainable {
 public:
  // `factory` is borrowed. `on_shutdown` is called when a client's Shutdown was
  // accepted; it must not block. `options` are valid.
  EnvService(EnvironmentFactory* factory, EnvServiceOptions options,
             std::function<void()> on_shutdown);

  grpc::ServerUnaryReactor* Handshake(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<env::v1::JoinRequest, env::v1::JoinResponse>* Join(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* Shutdown(
      grpc::CallbackServerContext* context,
      const env::v1::ShutdownRequest* request,
      env::v1::ShutdownResponse* response) override;

  void Drain() override { streams_.Drain(); }
  void CancelAll() override { streams_.CancelAll(); }
  bool AwaitIdle(absl::Time deadline) override {
    return streams_.AwaitIdle(deadline);
  }
  absl::Duration IdleFor() const override { return streams_.IdleFor(); }

 private:
  EnvironmentFactory* const factory_;
  const EnvServiceOptions options_;
  const std::function<void()> on_shutdown_;
  EnvironmentPool pool_;
  SessionSlots slots_;
  JoinStreams streams_;  // last: its sessions use what is above
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_ENV_SERVICE_H_
