// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Environments written in Python, in processes of their own.

#ifndef RLMESH_ENV_PYTHON_PYTHON_WORKER_ENVIRONMENT_H_
#define RLMESH_ENV_PYTHON_PYTHON_WORKER_ENVIRONMENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/lanes/lane_selection.h"
#include "rlmesh/env/lanes/row_failures.h"
#include "rlmesh/env/python/python_infos.h"
#include "rlmesh/env/python/python_worker_pool.h"
#include "rlmesh/env/python/python_workers.h"
#include "rlmesh/env/python/slot_rows.h"
#include "rlmesh/worker/cancel_event.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {

// A user's environments as one Environment, lane by lane, in one worker process
// or several that do their parts of a call at the same time. Its code may
// raise, hang, crash, print or answer nonsense: each ends in a Status (see
// WorkerProcess for the codes) that names the lane, and the next Reset works
// again, in a new process when the old one is gone.
//
// After an error the lanes that failed answer FailedPrecondition until they are
// reset: the lane that raised, those of a call that was late, all lanes of a
// process that has ended. The others go on where they are, also when they were
// part of the call that failed (FailedRows).
//
// Every observation is checked against the contract here, once; deviations in
// range are reported in infos, once for each (kind, path) in the life of this
// object. Large leaves are views of the memory shared with the workers, which
// user code could still change: any bytes are safe there. Leaves that select
// something (Discrete, MultiDiscrete) and texts are copied before the check.
//
// Starting again after a crash takes its time from the reset's timeout, and at
// most setup_timeout. A step allocates nothing unless there are deviations.
class PythonWorkerEnvironment : public Environment {
 public:
  // `workers` are set up, came from `pool` and go back to it.
  PythonWorkerEnvironment(std::shared_ptr<PythonWorkerPool> pool,
                          std::unique_ptr<CancelEvent> cancel,
                          std::unique_ptr<PythonWorkers> workers);
  ~PythonWorkerEnvironment() override;

  const EnvContract& contract() const override;
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override;
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override;
  absl::Status Render(const RenderRequest& request, Frame* frame) override;

  // From any thread. One that comes between two calls cancels the next.
  void Cancel() override;

  // Gives the processes back to the factory, which closes or reuses them.
  absl::Status Close() override;

  // Not a user's own vector environment.
  bool takes_lanes() const override;

  // The process that runs a lane now, for tests and logs.
  pid_t pid(uint32_t lane = 0) const;

 private:
  absl::Status Select(const char* what, absl::Span<const uint32_t> lanes);
  absl::Status Revive(size_t worker, absl::Time deadline);
  void StartCall();
  // Which lanes a request to a worker is about, in `payload_`; the flags of
  // the request.
  uint8_t PutLanes(size_t worker);
  // A call in all workers that have rows, in two halves.
  void Begin(FrameKind kind, size_t worker, uint8_t flags,
             absl::Duration timeout);
  absl::Status BeginReset(const ResetRequest& request, absl::Duration timeout);
  void BeginStep(const StepRequest& request);
  absl::Status Finish(FrameKind kind);
  void Fail(size_t worker, const absl::Status& status);

  void TakeRewards();
  absl::Status Observe(FrameKind kind, Observation* observation);
  absl::Status CheckObservation(FrameKind kind, ValueView value);

  const std::shared_ptr<PythonWorkerPool> pool_;
  const std::unique_ptr<CancelEvent> cancel_;
  std::unique_ptr<PythonWorkers> workers_;  // null: closed
  std::vector<uint8_t> needs_reset_;        // by lane

  // Of the current call; reused.
  LaneSelection selection_;
  SlotRows rows_;
  PythonInfos infos_;
  RowFailures failures_;
  std::string payload_;
  std::vector<uint8_t> called_;  // by worker: the call has begun there
  std::vector<double> rewards_;  // by row
  std::vector<uint8_t> terminated_, truncated_, ended_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_PYTHON_PYTHON_WORKER_ENVIRONMENT_H_
