// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/join_reactor.h"

#include <utility>

#include "absl/time/clock.h"
#include "rlmesh/env/env_service.h"

namespace rlmesh {
namespace {

grpc::Status Draining() {
  return grpc::Status(grpc::StatusCode::UNAVAILABLE,
                      "the environment server is shutting down");
}

}  // namespace

JoinReactor::JoinReactor(EnvService* service, uint64_t slot,
                         std::unique_ptr<EnvSession> session)
    : service_(service), slot_(slot), session_(std::move(session)) {
  StartSendInitialMetadata();
}

void JoinReactor::Start() {
  absl::MutexLock lock(&mu_);
  if (!ended_) StartRead(&request_);
}

void JoinReactor::OnReadDone(bool ok) {
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
  if (!session_->MayBlock(request_)) {
    Answer();
    return;
  }
  if (strand_ == nullptr) strand_ = std::make_unique<SerialThread>();
  strand_->Post([this] { Answer(); });
}

void JoinReactor::Answer() {
  const EnvSession::Next next =
      session_->Handle(request_, absl::Now() - received_, &response_);
  service_->Busy(-1);
  bool cancelled;
  {
    absl::MutexLock lock(&mu_);
    cancelled = cancelled_;
    if (!cancelled && next == EnvSession::Next::kEnd) ended_ = true;
  }
  if (cancelled) {
    End(grpc::Status::CANCELLED);
  } else if (next == EnvSession::Next::kEnd) {
    service_->slots_.Free(slot_);
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
  } else {
    StartWrite(&response_);
  }
}

void JoinReactor::OnWriteDone(bool ok) {
  grpc::Status status = ok ? Draining() : grpc::Status::CANCELLED;
  {
    absl::MutexLock lock(&mu_);
    if (ended_) return;
    if (ok && !draining_) {
      answering_ = false;
      StartRead(&request_);  // under the lock: Drain must not finish before it
      return;
    }
  }
  End(status);
}

void JoinReactor::OnCancel() {
  {
    absl::MutexLock lock(&mu_);
    cancelled_ = true;
  }
  service_->slots_.Free(slot_);
  Cancel();
}

void JoinReactor::Cancel() { session_->Cancel(); }

void JoinReactor::Drain() {
  {
    absl::MutexLock lock(&mu_);
    draining_ = true;
    if (answering_) return;
  }
  End(Draining());
}

void JoinReactor::End(const grpc::Status& status) {
  {
    absl::MutexLock lock(&mu_);
    if (ended_) return;
    ended_ = true;
  }
  service_->slots_.Free(slot_);
  Finish(status);
}

void JoinReactor::OnDone() {
  service_->Bury(this);
  delete this;
}

}  // namespace rlmesh
