// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which episodes are open, and what became of the others.

#ifndef RLMESH_ENV_SESSION_EPISODE_LEDGER_H_
#define RLMESH_ENV_SESSION_EPISODE_LEDGER_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "google/protobuf/repeated_field.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"
#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {

// The books of one session of an environment server (wire spec 5.5 and 5.6).
// Each lane has at most one open episode: begun by a reset (or, in NEXT_STEP
// mode, by the step after an end), fed by steps, completed by a flag. Runtimes
// end an episode by what is written here, under the id they pushed.
//
// Not thread-safe. Lanes and lengths of what is passed were checked before.
// Allocates only when an episode ends.
//
// Example:
//   EpisodeLedger ledger(contract, Clock::Real());
//   ledger.RecordReset(reset);
//   RLMESH_RETURN_IF_ERROR(ledger.CheckStep(step.lanes));
//   ... the environment steps ...
//   RLMESH_RETURN_IF_ERROR(ledger.RecordStep(step, transition, infos,
//                                            response.mutable_completed_episodes()));
class EpisodeLedger {
 public:
  using Episodes = google::protobuf::RepeatedPtrField<env::v1::EpisodeMetadata>;

  // Episodes that a reset interrupted, or whose end could not be told, wait for
  // the next step; beyond this many the oldest are dropped.
  static constexpr int kMaxInterrupted = 100;

  // `clock` is borrowed.
  EpisodeLedger(const EnvContract& contract, const Clock* clock);

  // After a reset that worked: interrupts what was open in its lanes and opens
  // an episode in each.
  void RecordReset(const ResetRequest& request);

  // Before a step: FailedPrecondition when one of the lanes has never been
  // reset. One whose episode has ended may be stepped, and is not counted.
  absl::Status CheckStep(absl::Span<const uint32_t> lanes) const;

  // After a step that worked: adds to `completed` the interrupted episodes of
  // earlier and those that ended. `infos` are the step's, null for none.
  // Internal, and nothing changed, when the first reply of a new episode in
  // NEXT_STEP mode has a reward or a flag.
  absl::Status RecordStep(const StepRequest& request,
                          const Transition& transition,
                          const spaces::v1::MetaMap* infos,
                          Episodes* completed);

  // After a step that failed in some lanes (one byte a row, see FailedRows):
  // the others have taken it, and their episodes that ended wait for the next
  // step.
  void RecordFailedStep(const StepRequest& request,
                        const Transition& transition,
                        absl::Span<const uint8_t> failed);

  // The end of the session: adds all open episodes to `final_episodes`, as
  // truncated.
  void RecordClose(Episodes* final_episodes);

 private:
  struct Lane {
    bool begun = false;  // there has been an episode
    bool open = false;
    bool rolls = false;  // the next step begins an episode
    std::string id;
    absl::optional<int64_t> seed;
    int64_t steps = 0;
    double reward = 0;
    absl::Time start;
  };

  uint32_t LaneAt(absl::Span<const uint32_t> lanes, size_t position) const {
    return lanes.empty() ? position : lanes[position];
  }
  size_t Width(absl::Span<const uint32_t> lanes) const {
    return lanes.empty() ? lanes_.size() : lanes.size();
  }
  void Open(absl::Span<const std::string> ids, size_t position,
            absl::optional<int64_t> seed, Lane* lane) const;
  // Ends the open episode of `lane` and describes it, without its flags.
  env::v1::EpisodeMetadata Finish(uint32_t lane);

  const AutoresetMode mode_;
  const Clock* const clock_;
  std::vector<Lane> lanes_;
  void Keep(env::v1::EpisodeMetadata metadata);
  std::deque<env::v1::EpisodeMetadata> interrupted_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_SESSION_EPISODE_LEDGER_H_
