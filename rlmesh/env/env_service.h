// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Environments over gRPC: the server's half.

#ifndef RLMESH_ENV_ENV_SERVICE_H_
#define RLMESH_ENV_ENV_SERVICE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/base/serial_thread.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/session/env_session.h"
#include "rlmesh/env/session/environment_pool.h"
#include "rlmesh/env/session/session_slots.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/handshake.h"
#include "rlmesh/transport/server_loop.h"

namespace rlmesh {

class JoinReactor;

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
  ~EnvService() override;

  grpc::ServerUnaryReactor* Handshake(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<env::v1::JoinRequest, env::v1::JoinResponse>* Join(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* Shutdown(
      grpc::CallbackServerContext* context,
      const env::v1::ShutdownRequest* request,
      env::v1::ShutdownResponse* response) override;

  void Drain() override;
  void CancelAll() override;
  bool AwaitIdle(absl::Time deadline) override;
  absl::Duration IdleFor() const override;

 private:
  friend class JoinReactor;

  // The bytes of an answer to the bytes of a handshake.
  absl::Status Shake(const grpc::ByteBuffer& request,
                     grpc::ByteBuffer* response) const;
  // A request was taken (+1) or answered (-1).
  void Busy(int change);
  // The stream has ended: forgets it and ends its session on its thread.
  void Bury(JoinReactor* reactor);

  EnvironmentFactory* const factory_;
  const EnvServiceOptions options_;
  const std::function<void()> on_shutdown_;
  EnvironmentPool pool_;
  SessionSlots slots_;

  mutable absl::Mutex mu_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  std::set<JoinReactor*> reactors_ ABSL_GUARDED_BY(mu_);
  int busy_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Time last_request_ ABSL_GUARDED_BY(mu_);

  // Joins the threads of sessions that ended.
  SerialThread undertaker_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_ENV_SERVICE_H_
