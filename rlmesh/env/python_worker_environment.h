// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Environments written in Python, each in a process of its own.

#ifndef RLMESH_ENV_PYTHON_WORKER_ENVIRONMENT_H_
#define RLMESH_ENV_PYTHON_WORKER_ENVIRONMENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/python_worker.h"
#include "rlmesh/worker/cancel_event.h"

namespace rlmesh {

// A user's environment as an Environment of one lane. Its code may raise, hang,
// crash, print or answer nonsense: each ends in a Status (see WorkerProcess for
// the codes), and the next Reset works again, in a new process when the old one
// is gone. After such an error Step is FailedPrecondition until a Reset.
//
// Every observation is checked against the contract here, once; deviations in
// range are reported in infos, once for each (kind, path) in the life of this
// object. Large leaves are views of the memory shared with the worker, which
// user code could still change: any bytes are safe there. Leaves that select
// something (Discrete, MultiDiscrete) and texts are copied before the check.
//
// Starting again after a crash takes its time from the reset's timeout, and at
// most setup_timeout. A step allocates nothing unless there are deviations.
class PythonWorkerEnvironment : public Environment {
 public:
  ~PythonWorkerEnvironment() override;

  const EnvContract& contract() const override;
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override;
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override;
  absl::Status Render(uint32_t lane, Frame* frame) override;

  // From any thread. One that comes between two calls cancels the next.
  void Cancel() override;

  // Gives the process back to the factory, which closes or reuses it.
  absl::Status Close() override;

  // The process that runs the environment now, for tests and logs.
  pid_t pid() const;

 private:
  friend class PythonWorkerFactory;
  struct Shared;
  PythonWorkerEnvironment(std::shared_ptr<Shared> shared,
                          std::unique_ptr<CancelEvent> cancel,
                          std::unique_ptr<PythonWorker> worker);
  void Adopt(std::unique_ptr<PythonWorker> worker);
  absl::Status Check(absl::Span<const uint32_t> lanes, const char* what) const;
  absl::Status Revive(absl::Time deadline);
  absl::Status PutActions(ValueView actions);
  absl::Status Observe(FrameKind kind, const Answer& answer,
                       Observation* observation);
  absl::Status AddWarnings(absl::string_view kind, std::string* infos);

  const std::shared_ptr<Shared> shared_;
  const std::unique_ptr<CancelEvent> cancel_;
  std::unique_ptr<PythonWorker> worker_;  // null: closed, or not restarted
  bool closed_ = false;
  bool needs_reset_ = false;

  // Reused from call to call.
  std::string payload_;
  std::vector<absl::string_view> views_;      // of the observation's leaves
  std::vector<absl::string_view> variable_;   // those that came in the frame
  ValueBuffer copies_;                        // of leaves that are copied
  std::vector<Deviation> action_deviations_;  // of the current step
  std::vector<Deviation> observation_deviations_;
  absl::flat_hash_set<std::string> reported_;  // kind and path
  std::string infos_;                          // only when there are warnings
  double reward_ = 0;
  uint8_t terminated_ = 0;
  uint8_t truncated_ = 0;
};

// Makes environments from one source. The instance made for the contract serves
// the first session; when a session ends its process is kept, one at most, and
// the next session gets a fresh environment in it at once.
//
// Thread-safe. May be destroyed before its environments.
//
// Example:
//   PythonEnvironmentOptions options;
//   options.gym = "CartPole-v1";
//   RLMESH_ASSIGN_OR_RETURN(auto factory,
//   PythonWorkerFactory::Create(options)); RLMESH_ASSIGN_OR_RETURN(auto env,
//   factory->Create());
class PythonWorkerFactory : public EnvironmentFactory {
 public:
  // Starts the first worker, for the contract. Errors name the value that is
  // wrong and the way out: NotFound for an unknown id, module or interpreter
  // (with near matches), FailedPrecondition for a missing package,
  // InvalidArgument for what is no environment, Internal when its code raises,
  // DeadlineExceeded or Cancelled as `create` says; no process is left then.
  static absl::StatusOr<std::unique_ptr<PythonWorkerFactory>> Create(
      PythonEnvironmentOptions options,
      const CreateOptions& create = CreateOptions());

  // Closes the process that is kept, if there is one.
  ~PythonWorkerFactory() override;

  const EnvContract& contract() const override;
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& options) override;
  // 1 when the user gave a finished environment.
  int max_environments() const override;

 private:
  using Shared = PythonWorkerEnvironment::Shared;
  explicit PythonWorkerFactory(std::shared_ptr<Shared> shared);
  const std::shared_ptr<Shared> shared_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_PYTHON_WORKER_ENVIRONMENT_H_
