// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/remote_stream.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/env/session/env_error.h"
#include "rlmesh/transport/grpc_status.h"

namespace rlmesh {
namespace {

using env::v1::JoinRequest;
using env::v1::JoinResponse;

constexpr absl::Duration kRetryEvery = absl::Milliseconds(50);

absl::Status Lost(absl::StatusCode code, absl::string_view message) {
  absl::Status status(code, message);
  ErrorDetails details;
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

// `refused` is the last refusal of a server that may be ending our last
// session.
absl::Status StillBusy(const absl::Status& refused, absl::Duration waited) {
  return Lost(refused.code(),
              absl::StrCat(
                  refused.message(), "; it is still busy, ",
                  absl::FormatDuration(absl::Trunc(waited, absl::Seconds(0.1))),
                  " after it was asked for another session: what it was last "
                  "asked may still be running. Try again later"));
}

// The arm of JoinResponse that answers an arm of JoinRequest.
JoinResponse::KindCase AnswerTo(JoinRequest::KindCase kind) {
  switch (kind) {
    case JoinRequest::kReset:
      return JoinResponse::kReset;
    case JoinRequest::kStep:
      return JoinResponse::kStep;
    case JoinRequest::kRender:
      return JoinResponse::kRender;
    case JoinRequest::kClose:
      return JoinResponse::kClose;
    case JoinRequest::kConfigure:
      return JoinResponse::kConfigure;
    case JoinRequest::KIND_NOT_SET:
      break;
  }
  return JoinResponse::KIND_NOT_SET;
}

}  // namespace

RemoteStream::RemoteStream(const RemoteConnection* connection,
                           std::function<void()> on_answer)
    : connection_(connection),
      on_answer_(std::move(on_answer)),
      watchdog_([this] {
        absl::MutexLock lock(&mu_);
        if (context_ != nullptr) context_->TryCancel();
      }) {}

RemoteStream::~RemoteStream() {
  if (stream_ == nullptr) return;
  context_->TryCancel();
  stream_->Finish();
}

void RemoteStream::Cancel() {
  absl::MutexLock lock(&mu_);
  cancelled_ = true;
  changed_.SignalAll();
  if (context_ != nullptr) context_->TryCancel();
}

void RemoteStream::Drop() {
  stream_.reset();
  absl::MutexLock lock(&mu_);
  context_.reset();
}

absl::Status RemoteStream::Ended(bool expired) {
  // What ended it is known now or very soon.
  watchdog_.Arm(SteadyNow() + absl::Seconds(1));
  const absl::Status status = FromGrpcStatus(stream_->Finish());
  watchdog_.Disarm();
  Drop();
  const std::string where = connection_->address().ToString();
  bool cancelled;
  {
    absl::MutexLock lock(&mu_);
    cancelled = cancelled_;
  }
  if (cancelled) {
    return Lost(
        absl::StatusCode::kCancelled,
        absl::StrCat("cancelled, and the session with ", where, " with it"));
  }
  if (expired) {
    return Lost(absl::StatusCode::kDeadlineExceeded,
                absl::StrCat("no answer from ", where,
                             " in time; the session is lost"));
  }
  if (status.ok()) {
    return Lost(absl::StatusCode::kUnavailable,
                absl::StrCat("connection closed: the server at ", where,
                             " ended the session without an answer"));
  }
  return Lost(status.code(),
              absl::StrCat("session with ", where, ": ", status.message()));
}

absl::Status RemoteStream::OpenOnce(absl::Time deadline) {
  {
    absl::MutexLock lock(&mu_);
    if (cancelled_) {
      return Lost(absl::StatusCode::kCancelled, "cancelled before it began");
    }
    context_ = std::make_unique<grpc::ClientContext>();
    connection_->options().connect.security.token.AddTo(context_.get());
  }
  watchdog_.Arm(deadline);
  stream_ = connection_->stub()->Join(context_.get());
  stream_->WaitForInitialMetadata();
  if (watchdog_.Disarm()) return Ended(/*expired=*/true);
  JoinRequest request;
  request.mutable_configure()->set_selected_workflow_edition(
      connection_->edition());
  JoinResponse response;
  RLMESH_RETURN_IF_ERROR(Ask(deadline, &request, &response));
  if (is_open()) return absl::OkStatus();
  return Lost(absl::StatusCode::kDeadlineExceeded,
              absl::StrCat("no session with ",
                           connection_->address().ToString(), " in time"));
}

absl::Status RemoteStream::Open(absl::Time deadline, absl::Time retry_until) {
  {
    absl::MutexLock lock(&mu_);
    cancelled_ = false;
  }
  next_id_ = 1;
  const absl::Time start = SteadyNow();
  while (true) {
    const absl::Status status = OpenOnce(deadline);
    const bool taken =
        absl::IsFailedPrecondition(status) || absl::IsResourceExhausted(status);
    if (status.ok()) return status;
    if (stream_ != nullptr) {  // the configuration was refused
      context_->TryCancel();
      stream_->Finish();
      Drop();
      return status;
    }
    if (!taken) return status;
    if (SteadyNow() + kRetryEvery > std::min(deadline, retry_until)) {
      return retry_until > start ? StillBusy(status, SteadyNow() - start)
                                 : status;
    }
    const absl::Time next = SteadyNow() + kRetryEvery;
    absl::MutexLock lock(&mu_);
    while (!cancelled_ && !changed_.WaitUntil(&mu_, next)) {
    }
  }
}

absl::Status RemoteStream::Ask(absl::Time deadline, JoinRequest* request,
                               JoinResponse* response) {
  std::string* const id = request->mutable_request_id();
  id->assign("grpc-req-");
  absl::StrAppend(id, next_id_++);
  watchdog_.Arm(deadline);
  bool answered = stream_->Write(*request);
  while (answered && (answered = stream_->Read(response))) {
    if (response->request_id() == request->request_id()) break;
    LOG(WARNING) << "dropped an answer to nobody's question from "
                 << connection_->address().ToString();
  }
  if (answered && on_answer_) on_answer_();
  const bool expired = watchdog_.Disarm();
  if (!answered) return Ended(expired);
  if (expired) {
    // The call was cancelled after its answer had come.
    stream_->Finish();
    Drop();
  }
  if (response->has_error()) {
    const absl::Status status = FromEnvError(response->error());
    if (!response->error().is_recoverable()) {
      // The server ends the stream; so do we.
      Finish(SteadyNow() + absl::Seconds(1));
    }
    return status;
  }
  if (response->kind_case() == AnswerTo(request->kind_case())) {
    return absl::OkStatus();
  }
  const int kind = response->kind_case();
  if (is_open()) {
    context_->TryCancel();
    stream_->Finish();
    Drop();
  }
  return absl::InternalError(absl::StrCat(
      "unexpected message from ", connection_->address().ToString(),
      ": answer ", kind, " to request ", request->kind_case()));
}

void RemoteStream::Finish(absl::Time deadline) {
  if (stream_ == nullptr) return;
  watchdog_.Arm(deadline);
  stream_->WritesDone();
  JoinResponse ignored;
  while (stream_->Read(&ignored)) {
  }
  stream_->Finish();
  watchdog_.Disarm();
  Drop();
}

}  // namespace rlmesh
