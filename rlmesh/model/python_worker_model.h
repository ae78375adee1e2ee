// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Policies written in Python, in a process of their own.

#ifndef RLMESH_MODEL_PYTHON_WORKER_MODEL_H_
#define RLMESH_MODEL_PYTHON_WORKER_MODEL_H_

#include <sys/types.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/model/call_turns.h"
#include "rlmesh/model/model.h"
#include "rlmesh/model/policy_worker.h"
#include "rlmesh/worker/cancel_event.h"

namespace rlmesh {

// A user's policy as a Model: one process for all routes, whose calls come one
// at a time. Its code may raise, hang, crash, print or answer nonsense: each
// ends in a Status (see WorkerProcess for the codes; what predict raises is
// "RuntimeError: boom"), and the next call works again, in a new process when
// the old one is gone. Then the policy is loaded again and routes are opened
// again as they are used; what it kept of its episodes is lost, which the error
// and the log say.
//
// Observations go into memory shared with the worker, actions come back through
// it and are copied before anybody looks at them. Whether an action is in its
// space is for the caller to check (RouteTable does). A predict allocates
// nothing once a route has its size.
//
// Thread-safe; a call waits for its turn at most predict_timeout, and has as
// much again for itself. One that is cancelled is answered at once; the policy
// is then interrupted, and its process killed after the grace of its options,
// as at a deadline. Routes that close tell the policy that their episodes have
// ended, for at most close_timeout.
//
// Example:
//   PythonModelOptions options;
//   options.entrypoint = "my_policy:Policy";
//   RLMESH_ASSIGN_OR_RETURN(auto model, PythonWorkerModel::Create(options));
class PythonWorkerModel : public Model {
 public:
  // Loads the policy. Errors name the value that is wrong and the way out:
  // NotFound for an unknown module or interpreter, InvalidArgument for what is
  // no policy, Internal when its code raises.
  static absl::StatusOr<std::unique_ptr<PythonWorkerModel>> Create(
      PythonModelOptions options);

  // Lets the policy close itself, for at most close_timeout.
  ~PythonWorkerModel() override;

  absl::Status Open(absl::string_view route,
                    const EnvContract& contract) override;
  absl::Status Predict(const PredictRequest& request,
                       Prediction* prediction) override;
  void PredictAll(absl::Span<const PredictRequest> requests,
                  absl::Span<Prediction* const> predictions,
                  absl::Span<absl::Status> statuses) override;
  absl::Status Reset(absl::string_view route,
                     absl::Span<const std::string> episode_ids) override;
  absl::Status CancellableReset(absl::string_view route,
                                absl::Span<const std::string> episode_ids,
                                Cancellation* cancellation) override;
  absl::Status CloseRoute(absl::string_view route) override;
  absl::optional<uint32_t> native_chunk() const override;
  // For good.
  void Cancel() override;

  // As it was loaded first.
  const PolicyInfo& info() const { return info_; }
  // The process that runs the policy now, -1 when there is none; for tests.
  pid_t pid();

 private:
  struct Route;

  PythonWorkerModel(PythonModelOptions options,
                    std::unique_ptr<CancelEvent> cancel,
                    std::unique_ptr<CancelEvent> cancel_call);

  std::shared_ptr<Route> Find(absl::string_view route);
  absl::Duration Limit(absl::Duration timeout) const {
    return std::min(timeout, options_.predict_timeout);
  }
  // Loads the policy. Only Cancel ends it early: a client that goes away in the
  // meantime is not the last one, and others have no more patience.
  absl::StatusOr<std::unique_ptr<PolicyWorker>> Load();
  // The rest is called by who has the turn.
  absl::Status Revive(absl::Duration timeout);
  // That `request` fits the route's space, and that the worker has the route
  // with room for it.
  absl::Status Prepare(const PredictRequest& request, Route* route);
  absl::Status OpenInWorker(Route* route, int rows, int frames);
  void AppendGroup(const PredictRequest& request, const Route& route);
  absl::Status ReadGroup(const PredictRequest& request,
                         absl::string_view* payload, Route* route,
                         Prediction* prediction);
  absl::Status PredictWithTurn(const PredictRequest& request, Route* route,
                               Prediction* prediction);
  absl::Status PredictFused(absl::Span<const PredictRequest> requests,
                            absl::Span<const std::shared_ptr<Route>> routes,
                            absl::Span<Prediction* const> predictions);
  absl::StatusOr<Answer> Call(FrameKind kind, absl::Duration timeout,
                              int fd = -1);

  const PythonModelOptions options_;
  const std::unique_ptr<CancelEvent> cancel_;       // while it loads
  const std::unique_ptr<CancelEvent> cancel_call_;  // of who has the turn
  CallTurns turns_;
  PolicyInfo info_;

  absl::Mutex mu_;
  absl::flat_hash_map<std::string, std::shared_ptr<Route>> routes_
      ABSL_GUARDED_BY(mu_);

  // Of who has the turn.
  std::unique_ptr<PolicyWorker> worker_;  // null: to be started
  uint64_t generation_ = 0;               // of worker_; counts from 1
  uint32_t last_route_ = 0;
  uint64_t shared_bytes_ = 0;
  std::string payload_;
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_PYTHON_WORKER_MODEL_H_
