// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Environments of any shape that do as a test says, and their factory.

#ifndef RLMESH_ENV_TESTING_SCRIPTED_ENVIRONMENT_H_
#define RLMESH_ENV_TESTING_SCRIPTED_ENVIRONMENT_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "rlmesh/base/random.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// What the environments of one factory do, shared with the test. Functions that
// are set run first; their errors are returned. Set members before use; the
// functions run on the server's threads.
struct Script {
  EnvContract contract;
  bool is_inline = false;
  int max_environments = 64;

  std::function<absl::Status()> on_create;
  std::function<absl::Status(const ResetRequest&)> on_reset;
  std::function<absl::Status(const StepRequest&)> on_step;
  std::function<absl::Status(const RenderRequest&, Frame*)> on_render;
  std::function<void()> on_cancel;
  // Writes the observation; by default a random value of the space, drawn from
  // the number of the call.
  std::function<void(ValueBuffer*)> observe;
  MetaBytes infos;
  bool has_infos = true;
  // Of each lane at every step, by default 1 and 0.
  std::vector<double> rewards;
  std::vector<uint8_t> terminated;
  std::vector<uint8_t> truncated;

  std::atomic<int> created{0};
  std::atomic<int> live{0};
};

// Discrete(5) observations, Discrete(3) actions, `lanes` lanes.
EnvContract SimpleContract(int lanes = 1);

// A Dict of every kind of space, nested, with texts and an image.
SpaceSpec EverySpace();

// Example:
//   Script script;
//   script.contract = SimpleContract();
//   EnvServer::Start(std::make_unique<ScriptedFactory>(&script), options);
class ScriptedEnvironment : public Environment {
 public:
  // `script` is borrowed.
  explicit ScriptedEnvironment(Script* script);
  ~ScriptedEnvironment() override;

  const EnvContract& contract() const override { return script_->contract; }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override;
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override;
  absl::Status Render(const RenderRequest& request, Frame* frame) override;
  void Cancel() override;
  absl::Status Close() override { return absl::OkStatus(); }
  bool is_inline() const override { return script_->is_inline; }

 private:
  void Observe(size_t lanes, Observation* observation);

  Script* const script_;
  int calls_ = 0;
  ValueBuffer observation_;
  std::vector<double> rewards_;
  std::vector<uint8_t> terminated_, truncated_;
};

class ScriptedFactory : public EnvironmentFactory {
 public:
  // `script` is borrowed and outlives the factory and its environments.
  explicit ScriptedFactory(Script* script) : script_(script) {}

  const EnvContract& contract() const override { return script_->contract; }
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& options) override;
  int max_environments() const override { return script_->max_environments; }

 private:
  Script* const script_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_TESTING_SCRIPTED_ENVIRONMENT_H_
