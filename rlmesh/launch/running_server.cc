// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/running_server.h"

#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

// Whether both are stepped in the same way: what a session and its model were
// set up for.
bool Matches(const EnvContract& a, const EnvContract& b) {
  return a.id == b.id && a.num_envs == b.num_envs &&
         a.autoreset_mode == b.autoreset_mode &&
         a.action_space == b.action_space &&
         a.observation_space == b.observation_space;
}

}  // namespace

// A session that tells the factory when it was lost.
class RunningServerFactory::Session : public Environment {
 public:
  Session(std::unique_ptr<Environment> remote, std::atomic<bool>* lost)
      : remote_(std::move(remote)), lost_(lost) {}

  const EnvContract& contract() const override { return remote_->contract(); }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override {
    return Seen(remote_->Reset(request, observation));
  }
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override {
    return Seen(remote_->Step(request, transition));
  }
  absl::Status Render(uint32_t lane, Frame* frame) override {
    return Seen(remote_->Render(lane, frame));
  }
  void Cancel() override { remote_->Cancel(); }
  absl::Status Close() override { return remote_->Close(); }
  bool takes_lanes() const override { return remote_->takes_lanes(); }

 private:
  absl::Status Seen(absl::Status status) {
    if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) {
      lost_->store(true);
    }
    return status;
  }

  const std::unique_ptr<Environment> remote_;
  std::atomic<bool>* const lost_;
};

absl::StatusOr<std::unique_ptr<RunningServerFactory>>
RunningServerFactory::Connect(const Address& address,
                              const RemoteOptions& options) {
  std::unique_ptr<RunningServerFactory> factory(
      new RunningServerFactory(address, options));
  absl::MutexLock lock(&factory->mu_);
  RLMESH_ASSIGN_OR_RETURN(factory->factory_, factory->ConnectOnce());
  factory->contract_ = factory->factory_->contract();
  factory->offer_ = OfferOf(factory->factory_->connection().handshake(), "env");
  return factory;
}

absl::StatusOr<std::unique_ptr<RemoteEnvironmentFactory>>
RunningServerFactory::ConnectOnce() const {
  return RemoteEnvironmentFactory::Connect(address_, options_);
}

absl::StatusOr<std::unique_ptr<Environment>> RunningServerFactory::Create(
    const CreateOptions& /*options*/) {
  absl::MutexLock lock(&mu_);
  if (lost_.exchange(false)) {
    absl::StatusOr<std::unique_ptr<RemoteEnvironmentFactory>> made =
        ConnectOnce();
    if (!made.ok()) {
      lost_ = true;
      return made.status();
    }
    if (!Matches((*made)->contract(), contract_)) {
      lost_ = true;
      return absl::FailedPreconditionError(absl::StrCat(
          address_.ToString(), " serves ", (*made)->contract().id,
          " now, with other spaces or lanes than ", contract_.id, " had"));
    }
    factory_ = *std::move(made);
  }
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<Environment> remote,
                          factory_->Create());
  return std::make_unique<Session>(std::move(remote), &lost_);
}

}  // namespace rlmesh
