// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/call_turns.h"

#include "absl/strings/str_cat.h"
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
  if (has_turn_) turns_->busy_ = false;
}

absl::Status CallTurns::Turn::Take(absl::Duration timeout) {
  absl::MutexLock lock(&turns_->mu_);
  const auto is_over = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(turns_->mu_) {
    return !turns_->busy_ || turns_->cancelled_ || left_;
  };
  if (!turns_->mu_.AwaitWithTimeout(absl::Condition(&is_over), timeout)) {
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
  if (has_turn_) turns_->running_->Set();
}

void CallTurns::Cancel() {
  absl::MutexLock lock(&mu_);
  cancelled_ = true;
  running_->Set();
}

}  // namespace rlmesh
