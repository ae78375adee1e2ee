// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/call_turns.h"

#include "absl/strings/str_cat.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"

namespace rlmesh {
namespace {

absl::Status Recoverable(absl::Status status) {
  ErrorDetails details;
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

}  // namespace

CallTurns::Turn::Turn(CallTurns* turns, Cancellation* cancellation)
    : turns_(turns) {
  callback_.emplace(cancellation, [this] { Leave(); });
}

CallTurns::Turn::~Turn() {
  callback_.reset();  // it is not for the next one
  absl::MutexLock lock(&turns_->mu_);
  if (!has_turn_) return;
  turns_->busy_ = false;
  turns_->changed_.SignalAll();
}

absl::Status CallTurns::Turn::Take(absl::Duration timeout) {
  const absl::Time deadline = SteadyNow() + timeout;
  absl::MutexLock lock(&turns_->mu_);
  while (turns_->busy_ && !turns_->cancelled_ && !left_) {
    if (!turns_->changed_.WaitUntil(&turns_->mu_, deadline)) continue;
    if (!turns_->busy_ || turns_->cancelled_ || left_) break;
    return Recoverable(absl::DeadlineExceededError(absl::StrCat(
        "the policy was busy with other requests for ",
        absl::FormatDuration(timeout), "; calls of it come one at a time")));
  }
  if (turns_->cancelled_) {
    return Recoverable(absl::CancelledError("the policy was cancelled"));
  }
  if (left_) {
    return Recoverable(
        absl::CancelledError("the request was cancelled before its turn"));
  }
  turns_->busy_ = has_turn_ = true;
  turns_->running_->Clear();  // of a call that had ended by itself
  return absl::OkStatus();
}

void CallTurns::Turn::Leave() {
  absl::MutexLock lock(&turns_->mu_);
  left_ = true;
  turns_->changed_.SignalAll();
  if (has_turn_) turns_->running_->Set();
}

void CallTurns::Cancel() {
  absl::MutexLock lock(&mu_);
  cancelled_ = true;
  changed_.SignalAll();
  running_->Set();
}

}  // namespace rlmesh
