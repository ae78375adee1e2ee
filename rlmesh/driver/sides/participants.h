// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The environment and the model of one session of a run, through faults.

#ifndef RLMESH_DRIVER_SIDES_PARTICIPANTS_H_
#define RLMESH_DRIVER_SIDES_PARTICIPANTS_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/driver/model_factory.h"
#include "rlmesh/driver/run_ledger.h"
#include "rlmesh/driver/run_options.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/model/model.h"

namespace rlmesh {

// Makes the two when they are needed, again when they were lost, and ends them.
// Whoever holds pointers to them forgets them before Drop and End.
//
// Interrupt comes from any thread, everything else from one.
//
// Example:
//   RLMESH_RETURN_IF_ERROR(participants.MakeReady(
//       /*again=*/false, [this](Environment* environment, Model* model) {
//         return Open(environment, model);
//       }));
class Participants {
 public:
  // Begins the session of the two.
  using Open = absl::FunctionRef<absl::Status(Environment*, Model*)>;

  // Nothing is owned; all must outlive this.
  Participants(EnvironmentFactory* environments, ModelFactory* models,
               const RunOptions& options, RunLedger* ledger);
  // Not movable: Interrupt refers to it.
  Participants(const Participants&) = delete;
  Participants& operator=(const Participants&) = delete;

  const EnvContract& contract() const { return environments_->contract(); }

  // Makes what is missing, and opens. `again`: tries for as long as the options
  // allow. After an error neither of the two is there.
  absl::Status MakeReady(bool again, Open open);

  // Whether the environment says that it goes on after a reset, which is
  // believed once; WentOn is the proof of it.
  bool MayKeepEnvironment(const absl::Status& fault);
  void WentOn() { was_kept_ = false; }

  void Drop(bool environment, bool model);

  // Closes the environment, unless the run was aborted, and drops both.
  void End();

  // Makes the call that runs end soon.
  void Interrupt();

 private:
  absl::Status MakeOnce(Open open);

  EnvironmentFactory* const environments_;
  ModelFactory* const models_;
  const RunOptions& options_;
  RunLedger* const ledger_;
  bool was_kept_ = false;  // an environment, after the fault before this one

  Cancellation cancellation_;
  absl::Mutex mu_;  // guards who the two are, not what they do
  std::shared_ptr<Environment> environment_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<Model> model_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_SIDES_PARTICIPANTS_H_
