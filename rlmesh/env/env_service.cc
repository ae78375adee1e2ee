// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/env_service.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "glog/logging.h"
#include "rlmesh/env/join_reactor.h"
#include "rlmesh/transport/grpc_status.h"
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
  if (factory.contract().autoreset_mode == AutoresetMode::kDisabled) {
    options.introduction.capabilities[wire::kSubsetStep] = "true";
  }
  return options;
}

}  // namespace

absl::Status EnvServiceOptions::Validate() const {
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
      slots_(std::max(
          1, std::min(options_.max_sessions, factory->max_environments()))),
      last_request_(absl::Now()) {}

EnvService::~EnvService() {
  CancelAll();
  AwaitIdle(absl::InfiniteFuture());
}

grpc::ServerUnaryReactor* EnvService::Handshake(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  Busy(+1);
  Busy(-1);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(Shake(*request, response)));
  return reactor;
}

absl::Status EnvService::Shake(const grpc::ByteBuffer& request,
                               grpc::ByteBuffer* response) const {
  grpc::Slice slice;
  if (!request.DumpToSingleSlice(&slice).ok()) {
    return UnreadableHandshake("");
  }
  env::v1::HandshakeRequest asked;
  if (!asked.ParseFromArray(slice.begin(), slice.size())) {
    return UnreadableHandshake(absl::string_view(
        reinterpret_cast<const char*>(slice.begin()), slice.size()));
  }
  if (!asked.has_base()) {
    return absl::InvalidArgumentError("handshake request missing base");
  }
  env::v1::HandshakeResponse answer;
  AnswerHandshake(asked.base(), options_.introduction, answer.mutable_base());
  if (answer.base().compatible()) {
    *answer.mutable_env_contract() = factory_->contract().ToProto();
  }
  const grpc::Slice bytes(answer.SerializeAsString());
  *response = grpc::ByteBuffer(&bytes, 1);
  return absl::OkStatus();
}

grpc::ServerBidiReactor<env::v1::JoinRequest, env::v1::JoinResponse>*
EnvService::Join(grpc::CallbackServerContext* context) {
  absl::StatusOr<uint64_t> slot = slots_.Take(context->peer());
  if (!slot.ok()) return new RefusedJoin(slot.status());
  auto session = std::make_unique<EnvSession>(
      factory_->contract(), options_.session,
      [this](const CreateOptions& options) { return pool_.Acquire(options); });
  auto* const reactor = new JoinReactor(this, *slot, std::move(session));
  {
    absl::MutexLock lock(&mu_);
    last_request_ = absl::Now();
    reactors_.insert(reactor);
    if (draining_) reactor->Drain();
  }
  reactor->Start();
  return reactor;
}

grpc::ServerUnaryReactor* EnvService::Shutdown(
    grpc::CallbackServerContext* context,
    const env::v1::ShutdownRequest* request,
    env::v1::ShutdownResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  if (!request->has_base()) {
    reactor->Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                                 "shutdown request missing base"));
    return reactor;
  }
  core::v1::ShutdownResponse* const base = response->mutable_base();
  base->set_accepted(options_.allow_remote_shutdown);
  const std::string& reason = request->base().reason();
  if (!options_.allow_remote_shutdown) {
    base->set_message(
        "remote shutdown is disabled for this environment endpoint");
  } else if (reason.empty()) {
    base->set_message("shutdown accepted");
  } else {
    base->set_message(absl::StrCat("shutdown accepted: ", reason));
  }
  reactor->Finish(grpc::Status::OK);
  if (options_.allow_remote_shutdown) {
    LOG(INFO) << context->peer() << " asked to shut down: " << reason;
    on_shutdown_();
  }
  return reactor;
}

void EnvService::Drain() {
  absl::MutexLock lock(&mu_);
  draining_ = true;
  for (JoinReactor* reactor : reactors_) reactor->Drain();
}

void EnvService::CancelAll() {
  absl::MutexLock lock(&mu_);
  for (JoinReactor* reactor : reactors_) reactor->Cancel();
}

bool EnvService::AwaitIdle(absl::Time deadline) {
  absl::MutexLock lock(&mu_);
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return reactors_.empty();
  };
  return mu_.AwaitWithDeadline(absl::Condition(&idle), deadline);
}

absl::Duration EnvService::IdleFor() const {
  absl::MutexLock lock(&mu_);
  if (busy_ > 0) return absl::ZeroDuration();
  return absl::Now() - last_request_;
}

void EnvService::Busy(int change) {
  absl::MutexLock lock(&mu_);
  busy_ += change;
  last_request_ = absl::Now();
}

void EnvService::Bury(JoinReactor* reactor) {
  absl::MutexLock lock(&mu_);
  reactors_.erase(reactor);
  if (reactor->strand_ == nullptr) return;
  // Ending an environment blocks: it happens on the strand, which ends later.
  std::shared_ptr<EnvSession> session = std::move(reactor->session_);
  reactor->strand_->Post(
      [session = std::move(session)]() mutable { session.reset(); });
  std::shared_ptr<SerialThread> strand = std::move(reactor->strand_);
  undertaker_.Post([strand = std::move(strand)]() mutable { strand.reset(); });
}

}  // namespace rlmesh
