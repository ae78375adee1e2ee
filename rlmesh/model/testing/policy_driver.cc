// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/testing/policy_driver.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/worker/testing/python_for_tests.h"

namespace rlmesh {

SpaceSpec FloatBox(int width) {
  spaces::v1::SpaceSpec spec;
  spec.add_shape(width);
  spec.set_dtype(spaces::v1::DATA_TYPE_FLOAT32);
  spec.mutable_box()->set_unbounded(true);
  return SpaceSpec::FromProto(spec).value();
}

EnvContract PolicyContract() {
  EnvContract contract;
  contract.id = "Test-v0";
  contract.observation_space = FloatBox(1);
  spaces::v1::SpaceSpec actions;
  actions.set_dtype(spaces::v1::DATA_TYPE_INT64);
  actions.mutable_discrete()->set_n(int64_t{1} << 40);
  actions.mutable_discrete()->set_start(-1);
  contract.action_space = SpaceSpec::FromProto(actions).value();
  return contract;
}

PythonModelOptions PolicyOptions(const std::string& entrypoint, bool plain) {
  PythonModelOptions options;
  options.entrypoint = entrypoint;
  options.process = plain ? PlainPython() : PythonWithGymnasium();
  return options;
}

PolicyDriver::PolicyDriver(const std::string& entrypoint,
                           std::function<void(PythonModelOptions*)> change,
                           bool plain) {
  PythonModelOptions options = PolicyOptions(entrypoint, plain);
  if (change) change(&options);
  auto model = PythonWorkerModel::Create(std::move(options));
  EXPECT_THAT(model, IsOk());
  if (model.ok()) model_ = *std::move(model);
}

void PolicyDriver::Open(const EnvContract& contract, const std::string& route) {
  EXPECT_THAT(model_->Open(route, contract), IsOk());
  open_.push_back(route);
}

absl::StatusOr<std::vector<std::vector<int64_t>>> PolicyDriver::Frames(
    const std::vector<float>& observations, const std::string& episode,
    absl::optional<int64_t> seed, const std::string& route, int horizon,
    Cancellation* cancellation) {
  if (std::count(open_.begin(), open_.end(), route) == 0) {
    Open(PolicyContract(), route);
  }
  std::string leaf(observations.size() * 4, '\0');
  std::vector<EpisodeRow> rows;
  for (size_t i = 0; i < observations.size(); ++i) {
    StoreElement(observations[i], &leaf[4 * i]);
    rows.push_back({i == 0 ? episode : absl::StrCat(episode, i), seed});
  }
  const std::vector<absl::string_view> leaves = {leaf};
  PredictRequest request;
  request.route = route;
  request.observations = ValueView(leaves);
  request.episodes = rows;
  request.horizon = horizon;
  request.cancellation = cancellation;
  Prediction prediction;
  RLMESH_RETURN_IF_ERROR(model_->Predict(request, &prediction));
  std::vector<std::vector<int64_t>> frames;
  for (const ValueView& frame : prediction.frames) {
    frames.emplace_back();
    EXPECT_EQ(frame.leaf(0).size(), 8 * rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      frames.back().push_back(
          LoadElement<int64_t>(frame.leaf(0).data() + 8 * i));
    }
  }
  return frames;
}

absl::StatusOr<int64_t> PolicyDriver::Act(float observation,
                                          const std::string& episode,
                                          absl::optional<int64_t> seed,
                                          const std::string& route) {
  RLMESH_ASSIGN_OR_RETURN(auto frames,
                          Frames({observation}, episode, seed, route, 1));
  EXPECT_EQ(frames.size(), 1);
  return frames[0][0];
}

absl::StatusOr<int64_t> PolicyDriver::ActUnless(Cancellation* cancellation,
                                                float observation) {
  RLMESH_ASSIGN_OR_RETURN(auto frames,
                          Frames({observation}, "e", {}, "r", 1, cancellation));
  return frames[0][0];
}

absl::StatusOr<std::vector<int64_t>> PolicyDriver::ActRows(
    const std::vector<float>& observations, int horizon) {
  RLMESH_ASSIGN_OR_RETURN(auto frames,
                          Frames(observations, "e", {}, "r", horizon));
  return frames[0];
}

absl::StatusOr<std::vector<int64_t>> PolicyDriver::ActChunk(int horizon) {
  RLMESH_ASSIGN_OR_RETURN(auto frames, Frames({0}, "e", {}, "r", horizon));
  std::vector<int64_t> actions;
  for (const auto& frame : frames) actions.push_back(frame[0]);
  return actions;
}

absl::StatusOr<std::vector<std::string>> PolicyDriver::Echo(
    const std::vector<std::string>& leaves, int rows) {
  const std::vector<absl::string_view> views(leaves.begin(), leaves.end());
  std::vector<EpisodeRow> episodes;
  for (int i = 0; i < rows; ++i) episodes.push_back({absl::StrCat("e", i), {}});
  PredictRequest request;
  request.route = "r";
  request.observations = ValueView(views);
  request.episodes = episodes;
  Prediction prediction;
  RLMESH_RETURN_IF_ERROR(model_->Predict(request, &prediction));
  std::vector<std::string> out;
  for (absl::string_view leaf : prediction.frames[0].leaves()) {
    out.emplace_back(leaf);
  }
  return out;
}

}  // namespace rlmesh
