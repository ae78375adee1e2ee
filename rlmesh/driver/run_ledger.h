// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What the sessions of a run share.

#ifndef RLMESH_DRIVER_RUN_LEDGER_H_
#define RLMESH_DRIVER_RUN_LEDGER_H_

#include <atomic>
#include <cstdint>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/base/steady_cond_var.h"
#include "rlmesh/driver/episode.h"
#include "rlmesh/driver/hook.h"
#include "rlmesh/driver/run_options.h"
#include "rlmesh/driver/run_result.h"
#include "rlmesh/driver/telemetry.h"
#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {

// Hands out the episodes of a run and takes their results: to the hooks, one
// call at a time whatever plays beside; to the journal; to the result. Knows
// when the run is over, and why.
//
// Used by the threads of the sessions; Cancel comes from any thread. A call
// blocks for as long as the hooks do, Finish as long as the disk does.
//
// Example:
//   while (auto index = ledger.TakeEpisode()) {
//     ... OnStart, OnStep, OnStep ...
//     ledger.Finish(episode);
//   }
class RunLedger {
 public:
  // `options` are valid and must outlive this; `seed` is episode 0's.
  RunLedger(const RunOptions& options, int64_t seed);

  // The next episode, in order; nothing when all are handed out or the run ends
  // before.
  absl::optional<int64_t> TakeEpisode();

  // Whether to stop at once, in the middle of an episode. Wait-free.
  bool aborted() const { return aborted_.load(std::memory_order_acquire); }

  // When the time of the whole run is over.
  absl::Time run_end() const { return run_end_; }

  int64_t seed() const { return seed_; }

  // Calls of the hooks. An error of one aborts the run; it is not returned:
  // aborted() tells. The first OnRunStart counts.
  void OnRunStart(const EnvContract& contract);
  void OnEpisodeStart(int64_t index, int64_t seed);
  void OnStep(const StepEvent& event);
  void OnRetry(const RetryEvent& event);

  // An episode is over, and its result safe when this returns.
  void Finish(const EpisodeResult& episode);

  // Whether an episode that was begun `retries` times anew may be so again
  // after `fault`; counts it.
  bool MayRetry(int64_t retries);

  // Waits before a retry; false when the run was aborted meanwhile.
  bool Pause(absl::Duration delay);

  // A fault that nothing could mend: no further episode begins, the others in
  // hand are finished. The first one counts.
  void Fail(const absl::Status& fault);

  // Whether some session had all it needs: from then on, what is missing may
  // come back.
  bool started() const;

  // Ends the run: every session stops at its next step.
  void Abort(const absl::Status& status);

  // A session begins, or has ended.
  void Enter();
  void Leave();
  // Block until the run is aborted, or all sessions have ended: whether any
  // plays on; and until they have, at most for `timeout`: whether they have.
  bool AwaitAbort();
  bool AwaitEnd(absl::Duration timeout);

  int64_t finished() const;

  // What a session has measured.
  void AddTelemetry(const Telemetry& telemetry);

  // When all sessions have ended.
  RunResult TakeResult();

 private:
  absl::Duration Elapsed() const;
  template <typename Call>
  void CallHooks(const Call& call);
  template <typename Call>
  void CallHooksLocked(const Call& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(hooks_mu_);

  const RunOptions& options_;
  const int64_t seed_;
  const absl::Time start_;
  const absl::Time run_end_;
  absl::Duration before_;  // what the journal tells of time
  std::atomic<bool> aborted_{false};

  // One hook at a time; taken before mu_.
  mutable absl::Mutex hooks_mu_;
  bool started_ ABSL_GUARDED_BY(hooks_mu_) = false;

  mutable absl::Mutex mu_;
  SteadyCondVar changed_;                           // stop_ or sessions_ has
  std::set<int64_t> resumed_ ABSL_GUARDED_BY(mu_);  // the journal's episodes
  int64_t next_ ABSL_GUARDED_BY(mu_) = 0;
  bool first_ ABSL_GUARDED_BY(mu_) = true;   // nothing was handed out yet
  bool over_ ABSL_GUARDED_BY(mu_) = false;   // nothing more is handed out
  bool stop_ ABSL_GUARDED_BY(mu_) = false;   // aborted_, to be waited for
  bool named_ ABSL_GUARDED_BY(mu_) = false;  // which episode was cancelled
  int sessions_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t retries_ ABSL_GUARDED_BY(mu_) = 0;
  Telemetry telemetry_ ABSL_GUARDED_BY(mu_);
  RunResult result_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_RUN_LEDGER_H_
