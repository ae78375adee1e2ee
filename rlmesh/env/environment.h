// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Everything that can be stepped is an Environment.

#ifndef RLMESH_ENV_ENVIRONMENT_H_
#define RLMESH_ENV_ENVIRONMENT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// What is passed to Reset and Step is borrowed for the call. An empty `lanes`
// means all of them, in order; otherwise the reply has one row for each named
// lane, in that order.
struct ResetRequest {
  absl::Span<const uint32_t> lanes;
  // By position over the lanes of the reply; lanes past its end are not seeded.
  absl::Span<const int64_t> seeds;
  // A serialized MetaMap, when `has_options`.
  absl::string_view options;
  bool has_options = false;
  // Of each lane's next episode, by position; may be empty. An environment that
  // has no use for them ignores them.
  absl::Span<const std::string> episode_ids;
  // Longest wait for this call; infinite leaves it to the environment's own.
  absl::Duration timeout = absl::InfiniteDuration();
};

struct StepRequest {
  absl::Span<const uint32_t> lanes;
  ValueView actions;  // one row a lane
  absl::Span<const std::string> episode_ids;
  absl::Duration timeout = absl::InfiniteDuration();
};

struct RenderRequest {
  uint32_t lane = 0;
  absl::Duration timeout = absl::InfiniteDuration();
};

// What Reset and Step return is owned by the environment and stays valid until
// its next call.
struct Observation {
  ValueView value;  // one row a lane; checked against the contract
  // A serialized MetaMap for all lanes, when `has_infos`.
  absl::string_view infos;
  bool has_infos = false;
};

struct Transition {
  Observation observation;
  absl::Span<const double> rewards;      // one a lane
  absl::Span<const uint8_t> terminated;  // one byte a lane, 0 or 1
  absl::Span<const uint8_t> truncated;
};

struct Frame {
  std::string png;  // empty: nothing to show
};

// One environment of one or many lanes. Synchronous: calls come one at a time,
// from any thread; only Cancel may come from another thread during a call.
//
// Errors: InvalidArgument for an action outside the space, FailedPrecondition
// for a step before the first reset (where the environment demands one),
// DeadlineExceeded past a timeout, Internal when the environment's code fails,
// Unavailable when its process or connection is gone. Those that leave it
// usable after the next Reset carry ErrorDetails::recoverable.
//
// Example:
//   Observation observation;
//   RLMESH_RETURN_IF_ERROR(env->Reset({}, &observation));
//   Transition transition;
//   StepRequest step;
//   step.actions = policy(observation);
//   RLMESH_RETURN_IF_ERROR(env->Step(step, &transition));
class Environment {
 public:
  virtual ~Environment() = default;

  virtual const EnvContract& contract() const = 0;
  virtual absl::Status Reset(const ResetRequest& request,
                             Observation* observation) = 0;
  virtual absl::Status Step(const StepRequest& request,
                            Transition* transition) = 0;
  // The current picture of one lane.
  virtual absl::Status Render(const RenderRequest& request, Frame* frame) = 0;

  // Makes a running call return Cancelled soon, and is ignored by environments
  // that never block.
  virtual void Cancel() {}

  // Ends it. Idempotent; every later call is FailedPrecondition.
  virtual absl::Status Close() = 0;

  // Whether Reset and Step may name some of its lanes; false for one that does
  // all of them at once.
  virtual bool takes_lanes() const { return true; }

  // Whether calls never wait, and return within microseconds where lanes and
  // observations are small: a server then makes those inline instead of from a
  // thread of their own.
  virtual bool is_inline() const { return false; }
};

// How patiently an environment is made.
struct CreateOptions {
  absl::Time deadline = absl::InfiniteFuture();
  Cancellation* cancellation = nullptr;  // borrowed for the call; null: none
};

// Makes environments of one kind: a server makes one a session, a run makes new
// ones after a fault. Thread-safe.
class EnvironmentFactory {
 public:
  virtual ~EnvironmentFactory() = default;

  // The contract of every environment it makes.
  virtual const EnvContract& contract() const = 0;

  // May block for as long as a simulator needs to start, up to the deadline
  // (DeadlineExceeded) or until it is cancelled (Cancelled).
  virtual absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& options) = 0;
  absl::StatusOr<std::unique_ptr<Environment>> Create() {
    return Create(CreateOptions());
  }

  // How many may live at the same time; 1 for a single instance.
  virtual int max_environments() const { return 64; }
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_ENVIRONMENT_H_
