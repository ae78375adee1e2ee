// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/join_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rlmesh/transport/join_streams.h"

namespace rlmesh {
namespace {

grpc::Status Unavailable(absl::string_view message) {
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, std::string(message));
}

}  // namespace

JoinStream::JoinStream(JoinStreams* streams, std::function<void()> on_over)
    : streams_(streams),
      on_over_(std::move(on_over)),
      silent_since_(streams->Now()) {}

void JoinStream::Start() {
  absl::MutexLock lock(&mu_);
  if (!ended_) ReadNext();
}

bool JoinStream::BeginAnswer() {
  {
    absl::MutexLock lock(&mu_);
    if (ended_) return false;
    asked_ = calling_ = true;
  }
  streams_->Busy(+1);
  return true;
}

JoinStream::Send JoinStream::EndAnswer(bool is_last) {
  streams_->Busy(-1);
  bool cancelled;
  {
    absl::MutexLock lock(&mu_);
    cancelled = cancelled_;
    calling_ = false;
    writing_ = !cancelled;
    silent_since_ = streams_->Now();
    if (!cancelled && is_last) ended_ = true;
  }
  if (cancelled) {
    End(grpc::Status::CANCELLED);
    return Send::kNothing;
  }
  if (!is_last) return Send::kIt;
  Over();
  return Send::kItAndFinish;
}

void JoinStream::Written(bool ok) {
  {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    if (ended_) return;
    if (ok && !draining_) {
      silent_since_ = streams_->Now();
      ReadNext();  // under the lock: Drain must not finish before it
      return;
    }
  }
  End(ok ? Draining() : grpc::Status::CANCELLED);
}

void JoinStream::Cancelled() {
  {
    absl::MutexLock lock(&mu_);
    cancelled_ = true;
  }
  Over();
  Cancel();
}

void JoinStream::Drain() {
  {
    absl::MutexLock lock(&mu_);
    draining_ = true;
    if (calling_ || writing_ || ended_) return;
    ended_ = true;
  }
  Conclude(Draining());
}

absl::Duration JoinStream::EndIfSilent() {
  const JoinStreamsOptions& options = streams_->options();
  absl::Duration limit;
  bool asked, unread;
  {
    absl::MutexLock lock(&mu_);
    asked = asked_;
    limit = asked ? options.session_timeout : options.first_request_timeout;
    unread = writing_;
    if (calling_ || (ended_ && !unread)) return limit;
    const absl::Duration left = silent_since_ + limit - streams_->Now();
    if (left > absl::ZeroDuration()) return left;
    writing_ = false;
    if (!unread) ended_ = true;
  }
  if (unread) {
    Over();
    AbortWrite();
    return limit;
  }
  const std::string text = absl::FormatDuration(limit);
  Conclude(Unavailable(
      asked ? absl::StrCat("the session was ended after ", text,
                           " without a request (--session_timeout=", text,
                           "); open another one")
            : absl::StrCat("no request came within ", text,
                           " of joining; join when there is one to send")));
  return limit;
}

grpc::Status JoinStream::Draining() const {
  return Unavailable(
      absl::StrCat("the ", streams_->options().server, " is shutting down"));
}

void JoinStream::End(const grpc::Status& status) {
  {
    absl::MutexLock lock(&mu_);
    if (ended_) return;
    ended_ = true;
  }
  Conclude(status);
}

void JoinStream::Conclude(const grpc::Status& status) {
  Over();
  FinishWith(status);
}

void JoinStream::Over() {
  if (on_over_) on_over_();
}

}  // namespace rlmesh
