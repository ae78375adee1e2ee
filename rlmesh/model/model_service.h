// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Models over gRPC: the server's half.

#ifndef RLMESH_MODEL_MODEL_SERVICE_H_
#define RLMESH_MODEL_MODEL_SERVICE_H_

#include <atomic>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/support/byte_buffer.h"
#include "rlmesh/model/model.h"
#include "rlmesh/model/route_table.h"
#include "rlmesh/proto/model/v1/service.grpc.pb.h"
#include "rlmesh/transport/credentials/token.h"
#include "rlmesh/transport/handshake.h"
#include "rlmesh/transport/join_streams.h"
#include "rlmesh/transport/server_loop.h"
#include "rlmesh/transport/session/session_slots.h"

namespace rlmesh {

namespace model_service_internal {

// Handshakes arrive as bytes, so that those of other generations can be told.
using Base = model::v1::ModelService::WithRawCallbackMethod_Handshake<
    model::v1::ModelService::WithCallbackMethod_Join<
        model::v1::ModelService::WithCallbackMethod_Shutdown<
            model::v1::ModelService::Service>>>;

}  // namespace model_service_internal

struct ModelServiceOptions {
  // How the server introduces itself; the component is filled in, and the
  // capability of several rows where the model takes them. Offers none of the
  // published ones: answers come in the order of the requests of a stream, and
  // histories are not asked for.
  Introduction introduction;
  // Join streams at a time, 1 or more.
  int max_sessions = 1024;
  // Whether a client may shut the server down. Default: refused.
  bool allow_remote_shutdown = false;
  // A stream that has not asked for anything by then ends, and so does one
  // whose client is silent for so long later. Published clients join as soon as
  // they connect, and ask when their environment has been made and reset.
  absl::Duration first_request_timeout = absl::Hours(1);
  absl::Duration session_timeout = absl::InfiniteDuration();
  // What clients must show to shake hands, join and shut down. Default: none.
  Token token;

  // Names the option and its value.
  absl::Status Validate() const;
};

// rlmesh.model.v1.ModelService: translates, calls ModelSession, translates. All
// streams share one RouteTable; each has one message outstanding in
// each direction. A model that blocks is called from a thread of the stream's
// own, so streams do not wait for each other; one that does not, where gRPC
// delivers the request.
//
// Thread-safe. Destroy it after the server that hosts it; the destructor waits
// for calls of the model to end.
//
// Example:
//   ModelService service(&model, options, [&stop] { stop.Notify(); });
//   GrpcServer::Start({address}, {{wire::kModelService, &service}});
class ModelService : public model_service_internal::Base, public Drainable {
 public:
  // `model` is borrowed. `on_shutdown` is called when a client's Shutdown was
  // accepted; it must not block. `options` are valid.
  ModelService(Model* model, ModelServiceOptions options,
               std::function<void()> on_shutdown);
  ~ModelService() override;

  grpc::ServerUnaryReactor* Handshake(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<model::v1::JoinRequest, model::v1::JoinResponse>*
  Join(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* Shutdown(
      grpc::CallbackServerContext* context,
      const model::v1::ShutdownRequest* request,
      model::v1::ShutdownResponse* response) override;

  void Drain() override { streams_.Drain(); }
  void CancelAll() override { model_->Cancel(); }
  bool AwaitIdle(absl::Time deadline) override {
    return streams_.AwaitIdle(deadline);
  }
  absl::Duration IdleFor() const override { return streams_.IdleFor(); }

 private:
  Model* const model_;
  const ModelServiceOptions options_;
  const std::function<void()> on_shutdown_;
  RouteTable table_;
  std::atomic<uint64_t> last_stream_{0};
  SessionSlots slots_;
  JoinStreams streams_;  // last: its sessions use what is above
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_MODEL_SERVICE_H_
