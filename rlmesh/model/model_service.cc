// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/model_service.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/model/model_session.h"
#include "rlmesh/transport/editions.h"
#include "rlmesh/transport/grpc_status.h"
#include "rlmesh/transport/join_reactor.h"
#include "rlmesh/transport/service_answers.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

// A Join that does not begin.
class RefusedJoin : public grpc::ServerBidiReactor<model::v1::JoinRequest,
                                                   model::v1::JoinResponse> {
 public:
  explicit RefusedJoin(const absl::Status& status) {
    Finish(ToGrpcStatus(status));
  }
  void OnDone() override { delete this; }
};

JoinStreamsOptions StreamOptions(const ModelServiceOptions& options) {
  JoinStreamsOptions streams;
  streams.server = "model server";
  streams.first_request_timeout = options.first_request_timeout;
  streams.session_timeout = options.session_timeout;
  return streams;
}

}  // namespace

absl::Status ModelServiceOptions::Validate() const {
  RLMESH_RETURN_IF_ERROR(StreamOptions(*this).Validate());
  if (max_sessions < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "max_sessions is ", max_sessions, "; it must be 1 or more"));
  }
  return CheckDeclaredEdition("model", introduction.edition);
}

ModelService::ModelService(Model* model, ModelServiceOptions options,
                           std::function<void()> on_shutdown)
    : model_(model),
      options_([&options, model] {
        options.introduction.component = wire::kModelComponent;
        if (model->takes_rows()) {
          options.introduction.capabilities[wire::kPredictRows] = "true";
        }
        return std::move(options);
      }()),
      on_shutdown_(std::move(on_shutdown)),
      table_(model),
      slots_(options_.max_sessions, "model"),
      streams_(StreamOptions(options_)) {}

// Calls of one stream cannot be told from those of another.
ModelService::~ModelService() { model_->Cancel(); }

grpc::ServerUnaryReactor* ModelService::Handshake(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  if (absl::Status s = options_.token.Check(*context, "model"); !s.ok()) {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(s));
    return reactor;
  }
  streams_.Busy(0);
  const absl::StatusOr<model::v1::HandshakeResponse> answer =
      AnswerRawHandshake<model::v1::HandshakeRequest,
                         model::v1::HandshakeResponse>(*request,
                                                       options_.introduction);
  if (answer.ok()) *response = ToByteBuffer(*answer);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(answer.status()));
  return reactor;
}

grpc::ServerBidiReactor<model::v1::JoinRequest, model::v1::JoinResponse>*
ModelService::Join(grpc::CallbackServerContext* context) {
  if (absl::Status s = options_.token.Check(*context, "model"); !s.ok()) {
    return new RefusedJoin(s);
  }
  const absl::StatusOr<uint64_t> slot = slots_.Take(context->peer());
  if (!slot.ok()) return new RefusedJoin(slot.status());
  auto* const reactor =
      new JoinReactor<model::v1::JoinRequest, model::v1::JoinResponse>(
          context, &streams_,
          std::make_unique<ModelSession>(&table_, ++last_stream_),
          [this, slot = *slot] { slots_.Free(slot); });
  streams_.Add(reactor);
  return reactor;
}

grpc::ServerUnaryReactor* ModelService::Shutdown(
    grpc::CallbackServerContext* context,
    const model::v1::ShutdownRequest* request,
    model::v1::ShutdownResponse* response) {
  if (absl::Status s = options_.token.Check(*context, "model"); !s.ok()) {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(s));
    return reactor;
  }
  const absl::Status status = AnswerShutdown(
      request->has_base() ? &request->base() : nullptr,
      options_.allow_remote_shutdown, "model", response->mutable_base());
  const std::string peer = context->peer();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  if (status.ok() && options_.allow_remote_shutdown) {
    LOG(INFO) << peer << " asked to shut down";
    on_shutdown_();
  }
  return reactor;
}

}  // namespace rlmesh
