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
  size_t rows = 0;  // of `actions`
};

ConstantModel::ConstantModel(std::string action) : action_(std::move(action)) {}
ConstantModel::~ConstantModel() = default;

absl::Status ConstantModel::Open(absl::string_view route,
                                 const EnvContract& contract) {
  auto opened = std::make_shared<Route>();
  opened->action_space = contract.action_space;
  ValueBuffer action;
  absl::Status s =
      ParseValue(action_, opened->action_space, /*lanes=*/1, &action);
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
  if (BytesOf(*opened, 1) <= Prediction::kKeptBytes) {
    opened->actions = std::move(action);
    opened->rows = 1;
  }
  absl::MutexLock lock(&mu_);
  routes_[route] = std::move(opened);
  return absl::OkStatus();
}

size_t ConstantModel::BytesOf(const Route& route, size_t rows) const {
  // Of texts the action says how long they are.
  return rows * (route.action_space.min_lane_bytes() + action_.size());
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
  const size_t rows = request.episodes.size();
  const bool keep = BytesOf(*route, rows) <= Prediction::kKeptBytes;
  ValueBuffer* const actions = keep ? &route->actions : &prediction->large;
  if (!keep || rows != route->rows) {
    if (keep) route->rows = 0;
    RLMESH_RETURN_IF_ERROR(ParseValue(action_, route->action_space,
                                      static_cast<int>(rows), actions));
    if (keep) route->rows = rows;
  }
  prediction->frames.assign(1, actions->view());
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
