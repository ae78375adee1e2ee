// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Environments of one lane each, as one of many.

#ifndef RLMESH_ENV_LANES_VECTOR_ENVIRONMENT_H_
#define RLMESH_ENV_LANES_VECTOR_ENVIRONMENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/lanes/lane_selection.h"
#include "rlmesh/env/lanes/row_failures.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// Calls its lanes one after the other, on the caller's thread: for environments
// that answer within microseconds. (Those that take their time are stepped side
// by side in processes of their own, see PythonWorkerEnvironment.)
//
// A lane that ended: with kNextStep the next step resets it instead, its action
// ignored, with reward 0 and no flags; with kDisabled it waits for its reset
// and repeats its last observation and flags with reward 0. A lane that fails
// needs a reset, the others take their step (FailedRows).
//
// Copies each row once. A step allocates nothing in the steady state (unless
// values have texts or lanes have infos to tell).
//
// Example:
//   std::vector<std::unique_ptr<Environment>> lanes;
//   for (int i = 0; i < 8; ++i) lanes.push_back(std::make_unique<CartPole>());
//   VectorEnvironment env(std::move(lanes), AutoresetMode::kDisabled);
class VectorEnvironment : public Environment {
 public:
  // The contract of lanes with the contract `lane`.
  static EnvContract Contract(const EnvContract& lane, int num_envs,
                              AutoresetMode autoreset);

  // `lanes`: one or more, of one lane each, with the same contract. kSameStep
  // is none of ours.
  VectorEnvironment(std::vector<std::unique_ptr<Environment>> lanes,
                    AutoresetMode autoreset);

  const EnvContract& contract() const override { return contract_; }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override;
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override;
  absl::Status Render(const RenderRequest& request, Frame* frame) override;
  void Cancel() override;
  absl::Status Close() override;
  bool is_inline() const override;

 private:
  struct Lane {
    std::unique_ptr<Environment> environment;
    Transition last;     // what it answered last
    bool ended = false;  // its episode, and it has not been reset
  };

  absl::Status StepLane(size_t row, const StepRequest& request, Lane* lane);
  // Copies the last observation of a lane to a row of ours.
  void Take(size_t row, const Lane& lane);
  void Put(Observation* observation);

  const AutoresetMode autoreset_;
  std::vector<Lane> lanes_;
  const EnvContract contract_;

  // Of the current call; reused.
  LaneSelection selection_;
  RowFailures failures_;
  ValueBuffer action_;  // of one lane
  ValueBuffer observation_;
  size_t rows_ = 0;  // of observation_
  std::vector<absl::string_view> row_infos_;
  bool has_infos_ = false;
  std::string infos_;
  std::vector<double> rewards_;
  std::vector<uint8_t> terminated_, truncated_, ended_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_LANES_VECTOR_ENVIRONMENT_H_
