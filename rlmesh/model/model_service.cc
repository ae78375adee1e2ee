// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/model_service.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "glog/logging.h"
#include "rlmesh/model/model_session.h"
#include "rlmesh/transport/grpc_status.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {

// One Join stream: reads a request, lets its session answer, writes, reads the
// next one. Owned by gRPC until OnDone. The response headers go out at once,
// because published clients wait for them before they send anything.
class ModelReactor : public grpc::ServerBidiReactor<model::v1::JoinRequest,
                                                    model::v1::JoinResponse> {
 public:
  ModelReactor(ModelService* service, uint64_t stream)
      : service_(service),
        session_(std::make_unique<ModelSession>(&service->table_, stream)) {
    StartSendInitialMetadata();
  }

  // Starts to read; once, when the service knows this.
  void Start() {
    absl::MutexLock lock(&mu_);
    if (!ended_) StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      // Half-closed, vanished, or sent what does not parse: all end with OK.
      End(grpc::Status::OK);
      return;
    }
    {
      absl::MutexLock lock(&mu_);
      if (ended_) return;
      answering_ = true;
    }
    service_->Busy(+1);
    received_ = absl::Now();
    if (service_->model_->is_inline()) {
      Answer();
      return;
    }
    if (strand_ == nullptr) strand_ = std::make_unique<SerialThread>();
    strand_->Post([this] { Answer(); });
  }

  void OnWriteDone(bool ok) override {
    grpc::Status status = ok ? Draining() : grpc::Status::CANCELLED;
    {
      absl::MutexLock lock(&mu_);
      if (ended_) return;
      if (ok && !draining_) {
        answering_ = false;
        StartRead(&request_);  // under the lock: Drain must not finish before
        return;
      }
    }
    End(status);
  }

  void OnDone() override { service_->Bury(this); }

  // Ends the stream, after the answer that is being made if there is one.
  void Drain() {
    {
      absl::MutexLock lock(&mu_);
      draining_ = true;
      if (answering_) return;
    }
    End(Draining());
  }

 private:
  friend class ModelService;

  static grpc::Status Draining() {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE,
                        "the model server is shutting down");
  }

  void Answer() {
    const ModelSession::Next next =
        session_->Handle(request_, absl::Now() - received_, &response_);
    service_->Busy(-1);
    if (next == ModelSession::Next::kGoOn) {
      StartWrite(&response_);
      return;
    }
    {
      absl::MutexLock lock(&mu_);
      ended_ = true;
    }
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
  }

  // Ends the stream unless somebody did.
  void End(const grpc::Status& status) {
    {
      absl::MutexLock lock(&mu_);
      if (ended_) return;
      ended_ = true;
    }
    Finish(status);
  }

  ModelService* const service_;
  std::unique_ptr<ModelSession> session_;
  std::unique_ptr<SerialThread> strand_;  // of a model that may block

  model::v1::JoinRequest request_;
  model::v1::JoinResponse response_;
  absl::Time received_;

  absl::Mutex mu_;
  bool answering_ ABSL_GUARDED_BY(mu_) = false;  // from read to written
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;  // Finish was called
};

absl::Status ModelServiceOptions::Validate() const {
  return CheckDeclaredEdition("model", introduction.edition);
}

ModelService::ModelService(Model* model, ModelServiceOptions options,
                           std::function<void()> on_shutdown)
    : model_(model),
      options_([&options] {
        options.introduction.component = wire::kModelComponent;
        return std::move(options);
      }()),
      on_shutdown_(std::move(on_shutdown)),
      table_(model),
      last_request_(absl::Now()) {}

ModelService::~ModelService() {
  CancelAll();
  AwaitIdle(absl::InfiniteFuture());
}

grpc::ServerUnaryReactor* ModelService::Handshake(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  Busy(+1);
  Busy(-1);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(Shake(*request, response)));
  return reactor;
}

absl::Status ModelService::Shake(const grpc::ByteBuffer& request,
                                 grpc::ByteBuffer* response) const {
  grpc::Slice slice;
  if (!request.DumpToSingleSlice(&slice).ok()) return UnreadableHandshake("");
  model::v1::HandshakeRequest asked;
  if (!asked.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return UnreadableHandshake(absl::string_view(
        reinterpret_cast<const char*>(slice.begin()), slice.size()));
  }
  if (!asked.has_base()) {
    return absl::InvalidArgumentError("handshake request missing base");
  }
  model::v1::HandshakeResponse answer;
  AnswerHandshake(asked.base(), options_.introduction, answer.mutable_base());
  const grpc::Slice bytes(answer.SerializeAsString());
  *response = grpc::ByteBuffer(&bytes, 1);
  return absl::OkStatus();
}

grpc::ServerBidiReactor<model::v1::JoinRequest, model::v1::JoinResponse>*
ModelService::Join(grpc::CallbackServerContext* /*context*/) {
  ModelReactor* reactor;
  {
    absl::MutexLock lock(&mu_);
    last_request_ = absl::Now();
    reactor = new ModelReactor(this, ++last_stream_);
    reactors_.insert(reactor);
    if (draining_) reactor->Drain();
  }
  reactor->Start();
  return reactor;
}

grpc::ServerUnaryReactor* ModelService::Shutdown(
    grpc::CallbackServerContext* context,
    const model::v1::ShutdownRequest* request,
    model::v1::ShutdownResponse* response) {
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
    base->set_message("remote shutdown is disabled for this model endpoint");
  } else if (reason.empty()) {
    base->set_message("shutdown accepted");
  } else {
    base->set_message(absl::StrCat("shutdown accepted: ", reason));
  }
  const std::string peer = context->peer();
  reactor->Finish(grpc::Status::OK);
  if (options_.allow_remote_shutdown) {
    LOG(INFO) << peer << " asked to shut down";
    on_shutdown_();
  }
  return reactor;
}

void ModelService::Drain() {
  absl::MutexLock lock(&mu_);
  draining_ = true;
  for (ModelReactor* reactor : reactors_) reactor->Drain();
}

void ModelService::CancelAll() { model_->Cancel(); }

bool ModelService::AwaitIdle(absl::Time deadline) {
  absl::MutexLock lock(&mu_);
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return reactors_.empty();
  };
  return mu_.AwaitWithDeadline(absl::Condition(&idle), deadline);
}

absl::Duration ModelService::IdleFor() const {
  absl::MutexLock lock(&mu_);
  if (busy_ > 0) return absl::ZeroDuration();
  return absl::Now() - last_request_;
}

void ModelService::Busy(int change) {
  absl::MutexLock lock(&mu_);
  busy_ += change;
  last_request_ = absl::Now();
}

void ModelService::Bury(ModelReactor* reactor) {
  std::unique_ptr<ModelReactor> gone(reactor);
  if (reactor->strand_ == nullptr) {
    reactor->session_.reset();
  } else {
    // Releasing routes may block: it happens on the strand, which ends later.
    std::shared_ptr<ModelSession> session = std::move(reactor->session_);
    reactor->strand_->Post(
        [session = std::move(session)]() mutable { session.reset(); });
    std::shared_ptr<SerialThread> strand = std::move(reactor->strand_);
    undertaker_.Post(
        [strand = std::move(strand)]() mutable { strand.reset(); });
  }
  absl::MutexLock lock(&mu_);
  reactors_.erase(reactor);
}

}  // namespace rlmesh
