// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/borrowed.h"

#include <string>

namespace rlmesh {
namespace {

class BorrowedEnvironment : public Environment {
 public:
  explicit BorrowedEnvironment(Environment* environment)
      : environment_(environment) {}

  const EnvContract& contract() const override {
    return environment_->contract();
  }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override {
    return environment_->Reset(request, observation);
  }
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override {
    return environment_->Step(request, transition);
  }
  absl::Status Render(const RenderRequest& request, Frame* frame) override {
    return environment_->Render(request, frame);
  }
  void Cancel() override { environment_->Cancel(); }
  absl::Status Close() override { return absl::OkStatus(); }
  bool takes_lanes() const override { return environment_->takes_lanes(); }
  bool is_inline() const override { return environment_->is_inline(); }

 private:
  Environment* const environment_;
};

class BorrowedModel : public Model {
 public:
  explicit BorrowedModel(Model* model) : model_(model) {}

  absl::Status Open(absl::string_view route,
                    const EnvContract& contract) override {
    return model_->Open(route, contract);
  }
  absl::Status Predict(const PredictRequest& request,
                       Prediction* prediction) override {
    return model_->Predict(request, prediction);
  }
  absl::Status Reset(absl::string_view route,
                     absl::Span<const std::string> episode_ids) override {
    return model_->Reset(route, episode_ids);
  }
  absl::Status CloseRoute(absl::string_view route) override {
    return model_->CloseRoute(route);
  }
  void Cancel() override { model_->Cancel(); }
  bool takes_rows() const override { return model_->takes_rows(); }
  bool is_inline() const override { return model_->is_inline(); }

 private:
  Model* const model_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Environment>> BorrowedEnvironmentFactory::Create(
    const CreateOptions& /*options*/) {
  return std::make_unique<BorrowedEnvironment>(environment_);
}

absl::StatusOr<std::unique_ptr<Model>> BorrowedModelFactory::Create(
    Cancellation* /*cancellation*/) {
  return std::make_unique<BorrowedModel>(model_);
}

}  // namespace rlmesh
