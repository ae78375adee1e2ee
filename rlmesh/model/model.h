// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Everything that can act is a Model.

#ifndef RLMESH_MODEL_MODEL_H_
#define RLMESH_MODEL_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// The episode behind one row of a request. A new id is the only sign of a new
// episode.
struct EpisodeRow {
  std::string episode_id;        // not empty, distinct within a request
  absl::optional<int64_t> seed;  // of explicitly seeded episodes
};

// Borrowed for the call.
struct PredictRequest {
  absl::string_view route;
  ValueView observations;  // one row an episode
  absl::Span<const EpisodeRow> episodes;
  absl::optional<int64_t> step;  // steps of the session so far
  // Most frames that the caller has a use for; a model may predict fewer.
  int horizon = 1;
  absl::Duration timeout = absl::InfiniteDuration();
  // Ends the call, also one that waits for its turn, with Cancelled; ignored by
  // models that never block and by those whose calls end only together
  // (Cancel). Null: never.
  Cancellation* cancellation = nullptr;
};

// The first frame is for this step, the others for the steps after it; each is
// a full batch. Owned by the model, valid until its next call on this route, or
// of `large` and valid as long as that.
struct Prediction {
  // What a model may keep of its actions between calls of one route: routes are
  // many.
  static constexpr size_t kKeptBytes = size_t{64} << 10;

  std::vector<ValueView> frames;
  // Room for frames that are larger. Whoever has read them drops it.
  ValueBuffer large;
};

// A policy for any number of environments, each with a route of its own.
// Thread-safe as far as routes differ; calls for one route come one at a time.
//
// Errors: NotFound for a route that is not open, InvalidArgument for a contract
// or an observation that does not fit, Internal when the policy's code fails,
// DeadlineExceeded and Unavailable as for environments.
//
// Example:
//   RLMESH_RETURN_IF_ERROR(model->Open("env-1", env->contract()));
//   Prediction prediction;
//   RLMESH_RETURN_IF_ERROR(model->Predict(request, &prediction));
class Model {
 public:
  virtual ~Model() = default;

  // Prepares for an environment; a second Open of a route replaces the first.
  virtual absl::Status Open(absl::string_view route,
                            const EnvContract& contract) = 0;

  virtual absl::Status Predict(const PredictRequest& request,
                               Prediction* prediction) = 0;

  // Predicts for several routes, all different: `statuses[i]` and
  // `*predictions[i]` answer `requests[i]`. One by one unless a model can do
  // better.
  virtual void PredictAll(absl::Span<const PredictRequest> requests,
                          absl::Span<Prediction* const> predictions,
                          absl::Span<absl::Status> statuses) {
    for (size_t i = 0; i < requests.size(); ++i) {
      statuses[i] = Predict(requests[i], predictions[i]);
    }
  }

  // Forgets episodes of a route; an empty list forgets all. Unknown ones are
  // fine.
  virtual absl::Status Reset(absl::string_view route,
                             absl::Span<const std::string> episode_ids) = 0;

  // As Reset, for a caller who may lose interest: PredictRequest::cancellation.
  virtual absl::Status CancellableReset(
      absl::string_view route, absl::Span<const std::string> episode_ids,
      Cancellation* /*cancellation*/) {
    return Reset(route, episode_ids);
  }

  // Forgets a route; repeating is fine.
  virtual absl::Status CloseRoute(absl::string_view route) = 0;

  // Whether a request may have several rows; otherwise each row is asked for
  // alone.
  virtual bool takes_rows() const { return true; }

  // The frames of each of its predictions, where it declares them: no horizon
  // may be longer.
  virtual absl::optional<uint32_t> native_chunk() const { return {}; }

  // Makes running calls return Cancelled soon; may come from another thread.
  // Ignored by models that never block.
  virtual void Cancel() {}

  // Whether calls never wait, and return within microseconds where observations
  // and actions are small: a server then makes the small ones inline instead of
  // from a thread of their own.
  virtual bool is_inline() const { return false; }
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_MODEL_H_
