// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/call_turns.h"

#include <algorithm>

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
  if (turns_->waiting_.empty()) return;
  Turn* const next = turns_->waiting_.front();
  turns_->waiting_.pop_front();
  turns_->Give(next);
  next->told_->Signal();
}

absl::Status CallTurns::Turn::Take(absl::Duration timeout) {
  absl::MutexLock lock(&turns_->mu_);
  if (!turns_->busy_ && !turns_->cancelled_ && !left_) {
    turns_->Give(this);
    return absl::OkStatus();
  }
  if (!turns_->cancelled_ && !left_) {
    const absl::Time deadline = SteadyNow() + timeout;
    told_.emplace();
    turns_->waiting_.push_back(this);
    while (!has_turn_ && !turns_->cancelled_ && !left_ &&
           !told_->WaitUntil(&turns_->mu_, deadline)) {
    }
    auto& waiting = turns_->waiting_;
    waiting.erase(std::remove(waiting.begin(), waiting.end(), this),
                  waiting.end());
  }
  if (turns_->cancelled_) {
    return Recoverable(absl::CancelledError("the policy was cancelled"));
  }
  if (left_) {
    return Recoverable(
        absl::CancelledError("the request was cancelled before its turn"));
  }
  if (has_turn_) return absl::OkStatus();
  return Recoverable(absl::DeadlineExceededError(absl::StrCat(
      "the policy was busy with other requests for ",
      absl::FormatDuration(timeout), "; calls of it come one at a time")));
}

void CallTurns::Turn::Leave() {
  absl::MutexLock lock(&turns_->mu_);
  left_ = true;
  if (has_turn_) {
    turns_->running_->Set();
  } else if (told_.has_value()) {
    told_->Signal();
  }
}

void CallTurns::Give(Turn* turn) {
  busy_ = turn->has_turn_ = true;
  running_->Clear();  // of a call that had ended by itself
}

int CallTurns::waiting() const {
  absl::MutexLock lock(&mu_);
  return static_cast<int>(waiting_.size());
}

void CallTurns::Cancel() {
  absl::MutexLock lock(&mu_);
  cancelled_ = true;
  for (Turn* turn : waiting_) turn->told_->Signal();
  running_->Set();
}

}  // namespace rlmesh
