// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// One model on one environment, stepped by hand.

#ifndef RLMESH_DRIVER_SESSION_H_
#define RLMESH_DRIVER_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/driver/sides/prefetch.h"
#include "rlmesh/driver/sides/side.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/model/model.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

struct SessionOptions {
  // Longest wait for one call; infinite leaves it to the environment or model.
  absl::Duration reset_timeout = absl::Seconds(600);
  absl::Duration step_timeout = absl::Seconds(300);
  absl::Duration predict_timeout = absl::Seconds(300);
  // How many actions of one prediction are done before the next prediction, 1
  // to 1024; a model that predicts fewer is asked more often.
  int execution_horizon = 1;
  // The next prediction is made when so many actions of this one are left to be
  // done, while the environment steps: from an observation that is so many
  // steps old when its first action is done. 0: when none is left. Less than
  // the horizon.
  int prefetch_lead = 0;

  absl::Status Validate() const;
};

// Plays a model against an environment of one lane, call by call; Run plays
// whole episodes with it. Names each episode with an id that both sides get,
// replays the frames of a model that predicts several actions at once, tells
// the model when an episode is left behind, and holds a route of the model
// until it is closed.
//
// Environment and model are not owned and must outlive the session. One thread
// at a time. A call blocks for as long as the environment or the model does, at
// most its timeout. Errors are those of the two; after one that is recoverable
// (ErrorDetails), Reset goes on.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto session, Session::Create(env, model, {}));
//   RLMESH_RETURN_IF_ERROR(session->Reset(/*seed=*/7));
//   while (!session->done()) RLMESH_RETURN_IF_ERROR(session->Advance());
class Session {
 public:
  // Opens a route. InvalidArgument for an environment of several lanes or a
  // model that does not fit it.
  static absl::StatusOr<std::unique_ptr<Session>> Create(
      Environment* environment, Model* model, const SessionOptions& options);

  // Closes, ignoring errors.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Begins an episode, whether or not the one before has ended. `trial` is told
  // to an environment that declares that it wants to know.
  absl::Status Reset(absl::optional<int64_t> seed,
                     absl::optional<int64_t> trial = absl::nullopt);

  // The model's action for the current observation: the next frame of its last
  // prediction, or a new prediction. Valid until the next call of this session.
  absl::Status Predict(ValueView* action);

  // One step with any action.
  absl::Status Step(ValueView action);

  // Whether the last Predict asked the model, rather than replaying a frame.
  bool asked_model() const { return asked_model_; }

  // Predict, then Step.
  absl::Status Advance();

  // Of the last reset or step; views are valid until the next one.
  const Observation& observation() const { return transition_.observation; }
  double reward() const { return reward_; }
  bool terminated() const { return terminated_; }
  bool truncated() const { return truncated_; }
  bool done() const { return terminated_ || truncated_; }

  // Of the episode so far.
  int64_t steps() const { return steps_; }
  double total_reward() const { return total_reward_; }

  // Who returned the last error.
  Side faulty() const { return faulty_; }

  // The action of the last Advance.
  ValueView action() const { return action_; }
  const std::string& episode_id() const { return row_.episode_id; }

  // Gives the route back. Neither the environment nor the model is closed.
  // Idempotent; later calls are FailedPrecondition.
  absl::Status Close();

 private:
  Session(Environment* environment, Model* model,
          const SessionOptions& options);

  absl::Status CheckOpen(const char* call, bool needs_episode) const;
  absl::Status LeaveEpisode();
  // Makes the next prediction the current one.
  absl::Status AskModel();
  void StartPrefetch();
  PredictRequest MakeRequest() const;
  absl::Status Fault(Side side, const absl::Status& status);

  Environment* const environment_;
  Model* const model_;
  const SessionOptions options_;
  const std::string route_;
  const bool tells_trials_;
  MetaBytes reset_options_;
  bool closed_ = false;
  Side faulty_ = Side::kNone;
  // Whether Step and Predict may be called.
  bool running_ = false;

  EpisodeRow row_;  // an empty id: the model knows no episode
  int64_t session_steps_ = 0;
  Prediction prediction_;
  size_t next_frame_ = 0;
  std::vector<ValueBuffer> kept_frames_;  // while the next ones are made
  std::unique_ptr<Prefetch> prefetch_;    // null: none is made beside
  bool asked_model_ = false;

  Transition transition_;
  ValueView action_;
  double reward_ = 0;
  bool terminated_ = false;
  bool truncated_ = false;
  int64_t steps_ = 0;
  double total_reward_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_SESSION_H_
