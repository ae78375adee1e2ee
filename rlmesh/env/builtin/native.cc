// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/builtin/native.h"

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/env/builtin/cartpole.h"
#include "rlmesh/env/builtin/synthetic.h"
#include "rlmesh/env/lanes/vector_environment.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

using Maker = std::function<std::unique_ptr<Environment>()>;

class Factory : public EnvironmentFactory {
 public:
  Factory(EnvContract contract, Maker maker)
      : contract_(std::move(contract)), maker_(std::move(maker)) {}

  const EnvContract& contract() const override { return contract_; }
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& /*options*/) override {
    return maker_();
  }
  // They cost next to nothing: the server's limit is the only one.
  int max_environments() const override {
    return std::numeric_limits<int>::max();
  }

 private:
  const EnvContract contract_;
  const Maker maker_;
};

// Takes the integers of `kwargs` that `fields` names; any other is an error.
absl::Status ReadIntegers(absl::string_view environment,
                          absl::string_view kwargs,
                          const std::map<std::string, int64_t*>& fields) {
  RLMESH_ASSIGN_OR_RETURN(spaces::v1::MetaMap map, ParseMeta(kwargs));
  for (const auto& entry : map.entries()) {
    auto field = fields.find(entry.first);
    if (field == fields.end()) {
      std::string known;
      for (const auto& f : fields) absl::StrAppend(&known, " ", f.first);
      return absl::InvalidArgumentError(absl::StrCat(
          "native environment ", environment, " takes no argument \"",
          entry.first, "\"; it takes", known.empty() ? " none" : known));
    }
    if (entry.second.kind_case() != spaces::v1::MetaValue::kInteger) {
      return absl::InvalidArgumentError(absl::StrCat(
          "native environment ", environment, ": argument \"", entry.first,
          "\" must be an integer, not ", entry.second.ShortDebugString()));
    }
    *field->second = entry.second.integer();
  }
  return absl::OkStatus();
}

// One environment, or lanes of several.
std::unique_ptr<EnvironmentFactory> FactoryOf(const EnvContract& lane,
                                              const Maker& maker, int num_envs,
                                              AutoresetMode autoreset) {
  if (num_envs == 1 && autoreset == AutoresetMode::kDisabled) {
    return std::make_unique<Factory>(lane, maker);
  }
  return std::make_unique<Factory>(
      VectorEnvironment::Contract(lane, num_envs, autoreset),
      [=]() -> std::unique_ptr<Environment> {
        std::vector<std::unique_ptr<Environment>> lanes;
        for (int i = 0; i < num_envs; ++i) lanes.push_back(maker());
        return std::make_unique<VectorEnvironment>(std::move(lanes), autoreset);
      });
}

}  // namespace

absl::StatusOr<std::unique_ptr<EnvironmentFactory>> NativeFactory(
    absl::string_view name, absl::string_view kwargs, int num_envs,
    AutoresetMode autoreset) {
  if (num_envs < 1 || num_envs > kMaxLanes ||
      autoreset == AutoresetMode::kSameStep) {
    return absl::InvalidArgumentError(
        absl::StrCat("native environment ", name, ": num_envs is ", num_envs,
                     " and must be 1 to ", kMaxLanes,
                     "; autoreset must be DISABLED or NEXT_STEP"));
  }
  if (name == "cartpole" || name == "CartPole-v1") {
    RLMESH_RETURN_IF_ERROR(ReadIntegers(name, kwargs, {}));
    return FactoryOf(
        CartPole::Contract(), [] { return std::make_unique<CartPole>(); },
        num_envs, autoreset);
  }
  if (name == "synthetic") {
    SyntheticOptions options;
    RLMESH_RETURN_IF_ERROR(
        ReadIntegers(name, kwargs,
                     {{"observation_bytes", &options.observation_bytes},
                      {"episode_steps", &options.episode_steps}}));
    RLMESH_RETURN_IF_ERROR(options.Validate());
    return FactoryOf(
        SyntheticEnvironment::Contract(options),
        [options] { return std::make_unique<SyntheticEnvironment>(options); },
        num_envs, autoreset);
  }
  return absl::NotFoundError(
      absl::StrCat("no native environment is called \"", name,
                   "\"; there are cartpole and synthetic (--gym=ID makes one "
                   "of Gymnasium's)"));
}

}  // namespace rlmesh
