// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/sides/participants.h"

#include "absl/strings/str_cat.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/driver/sides/faults.h"

namespace rlmesh {

Participants::Participants(EnvironmentFactory* environments,
                           ModelFactory* models, const RunOptions& options,
                           RunLedger* ledger)
    : environments_(environments),
      models_(models),
      options_(options),
      ledger_(ledger) {}

void Participants::Interrupt() {
  cancellation_.Cancel();
  std::shared_ptr<Environment> environment;
  std::shared_ptr<Model> model;
  {
    absl::MutexLock lock(&mu_);
    environment = environment_;
    model = model_;
  }
  if (environment != nullptr) environment->Cancel();
  if (model != nullptr) model->Cancel();
}

absl::Status Participants::MakeOnce(Open open) {
  std::shared_ptr<Environment> environment;
  std::shared_ptr<Model> model;
  {
    absl::MutexLock lock(&mu_);
    environment = environment_;
    model = model_;
  }
  if (environment == nullptr) {
    CreateOptions create;
    create.deadline = SteadyNow() + options_.session.reset_timeout;
    create.cancellation = &cancellation_;
    RLMESH_ASSIGN_OR_RETURN(environment, environments_->Create(create));
    absl::MutexLock lock(&mu_);
    environment_ = environment;
  }
  if (model == nullptr) {
    RLMESH_ASSIGN_OR_RETURN(model, models_->Create(&cancellation_));
    absl::MutexLock lock(&mu_);
    model_ = model;
  }
  return open(environment.get(), model.get());
}

absl::Status Participants::MakeReady(bool again, Open open) {
  const absl::Time give_up = SteadyNow() + options_.retry.reconnect_timeout;
  for (int64_t attempt = 1;; ++attempt) {
    const absl::Status made = MakeOnce(open);
    if (made.ok()) return made;
    Drop(/*environment=*/true, /*model=*/true);
    const absl::Duration delay = DelayBefore(attempt, options_.retry);
    // Where another session has begun, what is missing here was there.
    if (!(again || ledger_->started()) || !MayComeBack(made) ||
        options_.on_fault != OnFault::kRetry) {
      return made;
    }
    if (SteadyNow() + delay > give_up || !ledger_->Pause(delay)) {
      return WithMessage(made, made.code(),
                         absl::StrCat("nothing to go on with after ", attempt,
                                      " tries: ", made.message()));
    }
  }
}

bool Participants::MayKeepEnvironment(const absl::Status& fault) {
  was_kept_ =
      GetErrorDetails(fault).recoverable && !IsLost(fault) && !was_kept_;
  return was_kept_;
}

void Participants::Drop(bool environment, bool model) {
  // They end after the lock does.
  std::shared_ptr<Environment> old_environment;
  std::shared_ptr<Model> old_model;
  absl::MutexLock lock(&mu_);
  if (environment) old_environment.swap(environment_);
  if (model) old_model.swap(model_);
}

void Participants::End() {
  std::shared_ptr<Environment> environment;
  {
    absl::MutexLock lock(&mu_);
    environment = environment_;
  }
  if (environment != nullptr && !ledger_->aborted()) {
    environment->Close().IgnoreError();
  }
  Drop(/*environment=*/true, /*model=*/true);
}

}  // namespace rlmesh
