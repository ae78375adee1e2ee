// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/env_service.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/editions.h"
#include "rlmesh/transport/grpc_status.h"
#include "rlmesh/transport/join_reactor.h"
#include "rlmesh/transport/service_answers.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

// A Join that does not begin.
class RefusedJoin : public grpc::ServerBidiReactor<env::v1::JoinRequest,
                                                   env::v1::JoinResponse> {
 public:
  explicit RefusedJoin(const absl::Status& status) {
    Finish(ToGrpcStatus(status));
  }
  void OnDone() override { delete this; }
};

EnvServiceOptions Complete(EnvServiceOptions options,
                           const EnvironmentFactory& factory) {
  options.introduction.component = wire::kEnvComponent;
  if (factory.contract().autoreset_mode == AutoresetMode::kDisabled &&
      options.session.has_independent_lanes) {
    options.introduction.capabilities[wire::kSubsetStep] = "true";
  }
  return options;
}

JoinStreamsOptions StreamOptions(const EnvServiceOptions& options) {
  JoinStreamsOptions streams;
  streams.server = "environment server";
  streams.first_request_timeout = options.first_request_timeout;
  streams.session_timeout = options.session_timeout;
  return streams;
}

}  // namespace

absl::Status EnvServiceOptions::Validate() const {
  RLMESH_RETURN_IF_ERROR(StreamOptions(*this).Validate());
  if (max_sessions < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "max_sessions is ", max_sessions, "; it must be 1 or more"));
  }
  if (session.step_timeout <= absl::ZeroDuration() ||
      session.reset_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "step_timeout is ", absl::FormatDuration(session.step_timeout),
        " and reset_timeout ", absl::FormatDuration(session.reset_timeout),
        "; both must be more than 0"));
  }
  return CheckDeclaredEdition("env", introduction.edition);
}

EnvService::EnvService(EnvironmentFactory* factory, EnvServiceOptions options,
                       std::function<void()> on_shutdown)
    : factory_(factory),
      options_(Complete(std::move(options), *factory)),
      on_shutdown_(std::move(on_shutdown)),
      pool_(factory),
      slots_(std::max(1, std::min(options_.max_sessions,
                                  factory->max_environments())),
             "environment"),
      streams_(StreamOptions(options_)) {}

grpc::ServerUnaryReactor* EnvService::Handshake(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  if (absl::Status s = options_.token.Check(*context, "env"); !s.ok()) {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(s));
    return reactor;
  }
  streams_.Busy(0);
  absl::StatusOr<env::v1::HandshakeResponse> answer =
      AnswerRawHandshake<env::v1::HandshakeRequest, env::v1::HandshakeResponse>(
          *request, options_.introduction);
  if (answer.ok()) {
    if (answer->base().compatible()) {
      *answer->mutable_env_contract() = factory_->contract().ToProto();
    }
    *response = ToByteBuffer(*answer);
  }
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(answer.status()));
  return reactor;
}

grpc::ServerBidiReactor<env::v1::JoinRequest, env::v1::JoinResponse>*
EnvService::Join(grpc::CallbackServerContext* context) {
  if (absl::Status s = options_.token.Check(*context, "env"); !s.ok()) {
    return new RefusedJoin(s);
  }
  absl::StatusOr<uint64_t> slot = slots_.Take(context->peer());
  if (!slot.ok()) return new RefusedJoin(slot.status());
  auto session = std::make_unique<EnvSession>(
      factory_->contract(), options_.session,
      [this](const CreateOptions& options) { return pool_.Acquire(options); });
  auto* const reactor =
      new JoinReactor<env::v1::JoinRequest, env::v1::JoinResponse>(
          context, &streams_, std::move(session),
          [this, slot = *slot] { slots_.Free(slot); });
  streams_.Add(reactor);
  return reactor;
}

grpc::ServerUnaryReactor* EnvService::Shutdown(
    grpc::CallbackServerContext* context,
    const env::v1::ShutdownRequest* request,
    env::v1::ShutdownResponse* response) {
  if (absl::Status s = options_.token.Check(*context, "env"); !s.ok()) {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(s));
    return reactor;
  }
  const absl::Status status = AnswerShutdown(
      request->has_base() ? &request->base() : nullptr,
      options_.allow_remote_shutdown, "environment", response->mutable_base());
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
