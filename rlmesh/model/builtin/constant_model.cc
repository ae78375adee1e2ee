// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/builtin/constant_model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rlmesh/adapters/parse_value.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

constexpr size_t kMaxSpace = 200;  // in messages

}  // namespace

struct ConstantModel::Route {
  SpaceSpec action_space;
  ValueBuffer actions;
  size_t rows = 1;  // of `actions`
};

ConstantModel::ConstantModel(std::string action) : action_(std::move(action)) {}
ConstantModel::~ConstantModel() = default;

absl::Status ConstantModel::Open(absl::string_view route,
                                 const EnvContract& contract) {
  auto opened = std::make_shared<Route>();
  opened->action_space = contract.action_space;
  absl::Status s =
      ParseValue(action_, opened->action_space, /*lanes=*/1, &opened->actions);
  if (!s.ok()) {
    const std::string space = contract.action_space.ToString();
    return absl::Status(
        s.code(),
        absl::StrCat("constant action ", action_, " does not fit ", contract.id,
                     ", whose action space is ",
                     absl::string_view(space).substr(0, kMaxSpace),
                     space.size() > kMaxSpace ? "..." : "",
                     " (--policy=constant:", action_, "): ", s.message()));
  }
  absl::MutexLock lock(&mu_);
  routes_[route] = std::move(opened);
  return absl::OkStatus();
}

absl::Status ConstantModel::Predict(const PredictRequest& request,
                                    Prediction* prediction) {
  std::shared_ptr<Route> route;
  {
    absl::MutexLock lock(&mu_);
    auto it = routes_.find(request.route);
    if (it == routes_.end()) {
      return absl::NotFoundError(absl::StrCat(
          "route \"", request.route, "\" is not open; call Open first"));
    }
    route = it->second;
  }
  if (request.episodes.size() != route->rows) {
    RLMESH_RETURN_IF_ERROR(ParseValue(action_, route->action_space,
                                      static_cast<int>(request.episodes.size()),
                                      &route->actions));
    route->rows = request.episodes.size();
  }
  prediction->frames.assign(1, route->actions.view());
  return absl::OkStatus();
}

absl::Status ConstantModel::Reset(
    absl::string_view /*route*/,
    absl::Span<const std::string> /*episode_ids*/) {
  return absl::OkStatus();
}

absl::Status ConstantModel::CloseRoute(absl::string_view route) {
  absl::MutexLock lock(&mu_);
  routes_.erase(route);
  return absl::OkStatus();
}

}  // namespace rlmesh
