// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/running_server.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/clock.h"
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

// A session that says when its connection was lost.
class RunningServerFactory::Session : public Environment {
 public:
  Session(std::unique_ptr<Environment> remote,
          std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)), remote_(std::move(remote)) {}

  const EnvContract& contract() const override { return remote_->contract(); }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override {
    return Seen(remote_->Reset(request, observation));
  }
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override {
    return Seen(remote_->Step(request, transition));
  }
  absl::Status Render(const RenderRequest& request, Frame* frame) override {
    return Seen(remote_->Render(request, frame));
  }
  void Cancel() override { remote_->Cancel(); }
  absl::Status Close() override { return remote_->Close(); }
  bool takes_lanes() const override { return remote_->takes_lanes(); }

 private:
  absl::Status Seen(absl::Status status) {
    if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) {
      connection_->lost = true;
    }
    return status;
  }

  const std::shared_ptr<Connection> connection_;
  const std::unique_ptr<Environment> remote_;
};

absl::StatusOr<std::unique_ptr<RunningServerFactory>>
RunningServerFactory::Connect(const Address& address,
                              const RemoteOptions& options) {
  std::unique_ptr<RunningServerFactory> factory(
      new RunningServerFactory(address, options));
  auto connection = std::make_shared<Connection>();
  RLMESH_ASSIGN_OR_RETURN(connection->factory,
                          RemoteEnvironmentFactory::Connect(address, options));
  factory->contract_ = connection->factory->contract();
  factory->offer_ =
      OfferOf(connection->factory->connection().handshake(), "env");
  absl::MutexLock lock(&factory->mu_);
  factory->connection_ = std::move(connection);
  return factory;
}

absl::StatusOr<std::shared_ptr<RunningServerFactory::Connection>>
RunningServerFactory::Reconnect(const CreateOptions& options) const {
  RemoteOptions remote = options_;
  const absl::Duration left = options.deadline - SteadyNow();
  if (left <= absl::ZeroDuration()) return TooLate();
  remote.connect.timeout = std::min(remote.connect.timeout, left);
  auto made = std::make_shared<Connection>();
  RLMESH_ASSIGN_OR_RETURN(
      made->factory, RemoteEnvironmentFactory::Connect(address_, remote,
                                                       options.cancellation));
  if (!Matches(made->factory->contract(), contract_)) {
    return absl::FailedPreconditionError(absl::StrCat(
        address_.ToString(), " serves ", made->factory->contract().id,
        " now, with other spaces or lanes than ", contract_.id, " had"));
  }
  return made;
}

absl::Status RunningServerFactory::TooLate() const {
  return absl::DeadlineExceededError(
      absl::StrCat("the time for a session with ", address_.ToString(),
                   " was over before the server was there again"));
}

absl::StatusOr<std::shared_ptr<RunningServerFactory::Connection>>
RunningServerFactory::Connected(const CreateOptions& options) {
  bool cancelled = false;
  const Cancellation::Callback cancel(options.cancellation, [this, &cancelled] {
    absl::MutexLock lock(&mu_);
    cancelled = true;
    changed_.SignalAll();
  });
  std::shared_ptr<Attempt> mine;
  {
    absl::MutexLock lock(&mu_);
    while (mine == nullptr) {
      if (cancelled) {
        return absl::CancelledError(absl::StrCat(
            "opening a session with ", address_.ToString(), " was cancelled"));
      }
      if (!connection_->lost) return connection_;
      if (attempt_ == nullptr) {
        mine = attempt_ = std::make_shared<Attempt>();
        break;
      }
      const std::shared_ptr<Attempt> theirs = attempt_;
      while (!theirs->done && !cancelled) {
        if (changed_.WaitUntil(&mu_, options.deadline) && !theirs->done) {
          return TooLate();
        }
      }
      if (theirs->outcome.has_value() && !theirs->outcome->ok()) {
        return *theirs->outcome;
      }
    }
  }
  const bool hurried =
      options.deadline < SteadyNow() + options_.connect.timeout;
  absl::StatusOr<std::shared_ptr<Connection>> made = Reconnect(options);
  absl::MutexLock lock(&mu_);
  // Others may be more patient than this caller.
  if (made.ok() || !(cancelled || hurried)) mine->outcome = made.status();
  if (made.ok()) connection_ = *made;
  mine->done = true;
  attempt_ = nullptr;
  changed_.SignalAll();
  return made;
}

absl::StatusOr<std::unique_ptr<Environment>> RunningServerFactory::Create(
    const CreateOptions& options) {
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<Connection> connection,
                          Connected(options));
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<Environment> remote,
                          connection->factory->Create(options));
  return std::make_unique<Session>(std::move(remote), std::move(connection));
}

}  // namespace rlmesh
