// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What environments written in C++ share.

#ifndef RLMESH_ENV_BUILTIN_NATIVE_ENVIRONMENT_H_
#define RLMESH_ENV_BUILTIN_NATIVE_ENVIRONMENT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// An Environment of one lane whose dynamics are a subclass: this class checks
// actions, keeps the order of calls (a step needs a reset first, also after the
// end of an episode), owns the buffers and closes. Calls take microseconds and
// never block, so servers run them inline.
//
// Errors are recoverable: InvalidArgument for an action outside the space or a
// bad reset, FailedPrecondition for a step that needs a reset.
//
// Example:
//   class Counter : public NativeEnvironment {
//     absl::Status OnReset(const Episode& episode, ValueBuffer* o) override;
//     void OnStep(ValueView action, ValueBuffer* o, Outcome* outcome) override;
//   };
class NativeEnvironment : public Environment {
 public:
  const EnvContract& contract() const override { return contract_; }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override;
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override;
  // Draws nothing: an empty frame.
  absl::Status Render(const RenderRequest& request, Frame* frame) override;
  absl::Status Close() override;
  bool is_inline() const override { return true; }

 protected:
  // How an episode begins.
  struct Episode {
    absl::optional<int64_t> seed;  // never negative
    absl::string_view options;     // a serialized MetaMap, may be empty
  };
  struct Outcome {
    double reward = 0;
    bool terminated = false;
    bool truncated = false;
  };

  // `contract` has one lane.
  explicit NativeEnvironment(EnvContract contract);

  // Begins an episode and writes its first observation into `observation`, a
  // value of the observation space. After an error the environment still needs
  // a reset.
  virtual absl::Status OnReset(const Episode& episode,
                               ValueBuffer* observation) = 0;

  // One step with a valid action.
  virtual void OnStep(ValueView action, ValueBuffer* observation,
                      Outcome* outcome) = 0;

 private:
  enum class State { kNew, kRunning, kDone, kClosed };

  absl::Status CheckCall(const char* call,
                         absl::Span<const uint32_t> lanes) const;
  void Fill(Observation* observation);

  const EnvContract contract_;
  State state_ = State::kNew;
  ValueBuffer observation_;
  double reward_ = 0;
  uint8_t terminated_ = 0;
  uint8_t truncated_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_BUILTIN_NATIVE_ENVIRONMENT_H_
