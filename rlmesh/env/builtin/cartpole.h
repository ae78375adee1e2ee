// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// CartPole-v1, the pole on a cart, without Python.

#ifndef RLMESH_ENV_BUILTIN_CARTPOLE_H_
#define RLMESH_ENV_BUILTIN_CARTPOLE_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "rlmesh/base/random.h"
#include "rlmesh/env/builtin/native_environment.h"

namespace rlmesh {

// The environment of Barto, Sutton and Anderson (1983) as Gymnasium's
// CartPole-v1 steps it: from the same state the same actions give the same
// observations, bit for bit (state in double, Euler's method, observations in
// float). Reward 1 a step; terminated when the cart leaves +-2.4 or the pole
// +-12 degrees, truncated at 500 steps.
//
// A seed gives the same episode on every machine, though not the one that
// Gymnasium draws from it. The reset option "state" ({"state": [x, x_dot,
// theta, theta_dot]}) sets the state itself. About 100 ns a step.
//
// Example:
//   CartPole env;
//   env.Reset({}, &observation);
class CartPole : public NativeEnvironment {
 public:
  CartPole();

  // The contract that every CartPole has.
  static EnvContract Contract();

 protected:
  absl::Status OnReset(const Episode& episode,
                       ValueBuffer* observation) override;
  void OnStep(ValueView action, ValueBuffer* observation,
              Outcome* outcome) override;

 private:
  void Write(ValueBuffer* observation) const;

  std::array<double, 4> state_{};  // x, x_dot, theta, theta_dot
  int steps_ = 0;
  Random random_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_BUILTIN_CARTPOLE_H_
