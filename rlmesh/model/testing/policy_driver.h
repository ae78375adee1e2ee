// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A Python policy, asked in few words.

#ifndef RLMESH_MODEL_TESTING_POLICY_DRIVER_H_
#define RLMESH_MODEL_TESTING_POLICY_DRIVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/model/python_worker_model.h"
#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {

// Box(-inf, inf, [width], float32).
SpaceSpec FloatBox(int width);

// Observations are FloatBox(1); actions a Discrete of 2^40 from -1 on, unless
// the contract of a route says something else.
EnvContract PolicyContract();

// A policy of worker/testcases ("policies:function"), with NumPy when not
// `plain`. Its routes are opened when they are first used. A failed
// construction fails the test.
//
// Example:
//   PolicyDriver policy("policies:function");
//   EXPECT_THAT(policy.Act({2.5}), IsOkAndHolds(1));
class PolicyDriver {
 public:
  explicit PolicyDriver(
      const std::string& entrypoint,
      std::function<void(PythonModelOptions*)> change = nullptr,
      bool plain = true);

  PythonWorkerModel* model() { return model_.get(); }

  // The action for one row with this number.
  absl::StatusOr<int64_t> Act(float observation,
                              const std::string& episode = "e",
                              absl::optional<int64_t> seed = {},
                              const std::string& route = "r");
  // The same, for somebody who may lose interest.
  absl::StatusOr<int64_t> ActUnless(Cancellation* cancellation,
                                    float observation);
  // One action a row, of the first frame.
  absl::StatusOr<std::vector<int64_t>> ActRows(
      const std::vector<float>& observations, int horizon = 1);
  // All frames for one row.
  absl::StatusOr<std::vector<int64_t>> ActChunk(int horizon);

  // The leaves of an action, for a contract with other spaces.
  absl::StatusOr<std::vector<std::string>> Echo(
      const std::vector<std::string>& leaves, int rows = 1);
  void Open(const EnvContract& contract, const std::string& route = "r");

 private:
  absl::StatusOr<std::vector<std::vector<int64_t>>> Frames(
      const std::vector<float>& observations, const std::string& episode,
      absl::optional<int64_t> seed, const std::string& route, int horizon,
      Cancellation* cancellation = nullptr);

  std::unique_ptr<PythonWorkerModel> model_;
  std::vector<std::string> open_;
};

// The options of such a policy.
PythonModelOptions PolicyOptions(const std::string& entrypoint, bool plain);

}  // namespace rlmesh

#endif  // RLMESH_MODEL_TESTING_POLICY_DRIVER_H_
