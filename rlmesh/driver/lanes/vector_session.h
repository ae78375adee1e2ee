// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// One model on the lanes of one environment.

#ifndef RLMESH_DRIVER_LANES_VECTOR_SESSION_H_
#define RLMESH_DRIVER_LANES_VECTOR_SESSION_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/driver/lanes/lane_values.h"
#include "rlmesh/driver/session.h"
#include "rlmesh/driver/sides/side.h"
#include "rlmesh/driver/telemetry.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/model/model.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {

// An episode that a lane begins.
struct LaneStart {
  uint32_t lane;
  int64_t seed;
  int64_t trial;  // told to environments that want to know
};

// Plays a model on lanes that begin and end their episodes one by one. Each
// episode is as in a Session: an id of its own that both sides get, frames
// replayed and dropped by lane, the model told when it is left behind.
//
// What the environment takes decides how. Where lanes can be reset and stepped
// alone (Environment::takes_lanes), a lane begins whenever it likes, and lanes
// that do not play are left alone. Where all of them move together, all begin
// together: a lane that has ended, or begins none, is stepped on until the next
// beginning, which is none of its episodes, whether or not it resets itself.
// So seeds work for every kind; the price of the second is waiting for the
// longest episode.
//
// Environment, model, clock and telemetry are not owned and must outlive the
// session. One thread at a time. Calls block for as long as the two do. After
// an error every lane that it concerns plays no more: of Begin, its starts
// (where lanes are alone); of everything else, all.
//
// Example:
//   RLMESH_RETURN_IF_ERROR(session->Begin({{0, 7, 0}, {1, 8, 1}}));
//   while (!session->playing().empty()) {
//     RLMESH_RETURN_IF_ERROR(session->Predict());
//     RLMESH_RETURN_IF_ERROR(session->Step());
//     for (uint32_t lane = 0; lane < session->lanes(); ++lane) {
//       if (session->lane(lane).done()) session->Rest(lane);
//     }
//   }
class VectorSession {
 public:
  // An episode, as far as it has come. Valid until the lane begins another.
  struct Lane {
    double reward = 0;  // of the last step
    double total_reward = 0;
    int64_t steps = 0;
    bool terminated = false;
    bool truncated = false;

    bool done() const { return terminated || truncated; }
  };

  // Opens a route of the model. InvalidArgument for an environment whose lanes
  // nobody could play with seeds: that end and begin in one step, or neither
  // begin by themselves nor alone. `telemetry` may be null.
  static absl::StatusOr<std::unique_ptr<VectorSession>> Create(
      Environment* environment, Model* model, const SessionOptions& options,
      const Clock* clock, Telemetry* telemetry);

  // Closes, ignoring errors.
  ~VectorSession();
  VectorSession(const VectorSession&) = delete;
  VectorSession& operator=(const VectorSession&) = delete;

  uint32_t lanes() const { return static_cast<uint32_t>(lanes_.size()); }

  // Whether lanes can begin now: always where they are alone, otherwise while
  // none of them plays.
  bool MayBegin() const { return takes_lanes_ || playing_.empty(); }

  // Begins episodes, in ascending lanes that do not play.
  absl::Status Begin(absl::Span<const LaneStart> starts);

  // One action for every lane that plays.
  absl::Status Predict();

  // One step, after Predict.
  absl::Status Step();

  // Ends a lane's episode, wherever it is.
  void Rest(uint32_t lane);

  // Ascending. Lanes that are done are among them until they rest.
  const std::vector<uint32_t>& playing() const { return playing_; }
  bool plays(uint32_t lane) const {
    return std::binary_search(playing_.begin(), playing_.end(), lane);
  }

  const Lane& lane(uint32_t lane) const { return lanes_[lane].told; }

  // Of a lane that plays: its current observation; its action, from Predict
  // until it rests.
  void CopyObservation(uint32_t lane, ValueBuffer* row) const {
    observations_.CopyRow(lane, row);
  }
  void CopyAction(uint32_t lane, ValueBuffer* row) const {
    actions_.CopyRow(lane, row);
  }

  // The infos of the last step, for FinalInfo and RowInfo: null where there are
  // none. Parsed when they are asked for. Valid until the next call of Step.
  const spaces::v1::MetaMap* infos();
  // The row of a lane in the last step's answer, and how many it has; -1 for a
  // lane that was not part of it.
  int row_of(uint32_t lane) const { return row_of_[lane]; }
  int rows() const { return static_cast<int>(stepped_.size()); }

  // Who returned the last error.
  Side faulty() const { return faulty_; }

  // Gives the route back. Neither the environment nor the model is closed.
  // Idempotent.
  absl::Status Close();

 private:
  struct State {
    Lane told;
    EpisodeRow row;
    // What follows the current action: the last `frames_left` of the first
    // `frame_count`.
    std::vector<ValueBuffer> frames;
    size_t frame_count = 0;
    size_t frames_left = 0;
  };

  VectorSession(Environment* environment, Model* model,
                const SessionOptions& options, const Clock* clock,
                Telemetry* telemetry);

  // The lanes that play rest, and the error says whose it is.
  absl::Status Fault(Side side, const absl::Status& status);
  absl::Status LeaveEpisodes();
  // Puts an action of the space into every lane: for those that never play.
  absl::Status FillActions();
  // Seeds, ids and trials for the lanes of a reset.
  ResetRequest MakeReset(absl::Span<const LaneStart> starts);
  absl::Status Ask(absl::Span<const uint32_t> lanes);
  absl::Status TakeStep();

  Environment* const environment_;
  Model* const model_;
  const SessionOptions options_;
  const Clock* const clock_;
  Telemetry* const telemetry_;
  const std::string route_;
  const bool takes_lanes_;
  const bool tells_trials_;
  bool closed_ = false;
  Side faulty_ = Side::kNone;

  std::vector<State> lanes_;
  std::vector<uint32_t> all_;         // 0, 1, 2, ...
  std::vector<uint32_t> playing_;     // ascending
  std::vector<std::string> env_ids_;  // by lane: what the environment was told
  std::vector<std::string> left_;     // episodes that the model may forget
  LaneValues observations_;
  LaneValues actions_;
  int64_t session_steps_ = 0;

  std::vector<uint32_t> stepped_;  // the lanes of the last step
  std::vector<int> row_of_;        // by lane
  Transition transition_;
  std::string info_bytes_;  // of the last step, once there was a reset after it
  absl::optional<spaces::v1::MetaMap> infos_;

  // Of the current call; reused.
  std::vector<uint32_t> begun_, asking_;
  std::vector<int64_t> seeds_, trials_;
  std::vector<std::string> ids_;
  std::vector<EpisodeRow> rows_;
  MetaBytes reset_options_;
  Prediction prediction_;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_LANES_VECTOR_SESSION_H_
