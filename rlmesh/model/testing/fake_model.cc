// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/testing/fake_model.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {

std::vector<std::string> FakeModel::calls() const {
  absl::MutexLock lock(&mu_);
  return calls_;
}

void FakeModel::ClearCalls() {
  absl::MutexLock lock(&mu_);
  calls_.clear();
}

std::vector<std::string> FakeModel::routes() const {
  absl::MutexLock lock(&mu_);
  std::vector<std::string> routes;
  for (const auto& entry : routes_) routes.push_back(entry.first);
  return routes;
}

absl::Status FakeModel::Open(absl::string_view route,
                             const EnvContract& contract) {
  {
    absl::MutexLock lock(&mu_);
    calls_.push_back(absl::StrCat("open ", contract.id));
  }
  if (on_open) RLMESH_RETURN_IF_ERROR(on_open(contract));
  absl::MutexLock lock(&mu_);
  routes_[std::string(route)] = {contract.action_space, {}};
  return absl::OkStatus();
}

absl::Status FakeModel::Predict(const PredictRequest& request,
                                Prediction* prediction) {
  std::vector<std::string> rows;
  for (const EpisodeRow& row : request.episodes) {
    rows.push_back(row.seed ? absl::StrCat(row.episode_id, "=", *row.seed)
                            : row.episode_id);
  }
  {
    absl::MutexLock lock(&mu_);
    calls_.push_back(absl::StrCat("predict ", absl::StrJoin(rows, ",")));
  }
  if (on_predict) RLMESH_RETURN_IF_ERROR(on_predict(request));
  absl::MutexLock lock(&mu_);
  auto it = routes_.find(std::string(request.route));
  if (it == routes_.end()) return absl::NotFoundError("route is not open");
  Route& route = it->second;
  route.frames.clear();
  prediction->frames.clear();
  for (int i = 0; i < frames; ++i) {
    const int lanes = static_cast<int>(rows.size());
    route.frames.emplace_back(route.action_space, lanes);
    for (int lane = 0; lane < lanes; ++lane) {
      route.frames.back().Set<int64_t>(0, lane, next_++ % actions);
    }
  }
  for (const ValueBuffer& frame : route.frames) {
    prediction->frames.push_back(frame.view());
  }
  return absl::OkStatus();
}

absl::Status FakeModel::Reset(absl::string_view /*route*/,
                              absl::Span<const std::string> episode_ids) {
  absl::MutexLock lock(&mu_);
  calls_.push_back(absl::StrCat("reset ", absl::StrJoin(episode_ids, ",")));
  return absl::OkStatus();
}

absl::Status FakeModel::CloseRoute(absl::string_view route) {
  absl::MutexLock lock(&mu_);
  calls_.push_back("close");
  routes_.erase(std::string(route));
  return absl::OkStatus();
}

void FakeModel::Cancel() {
  if (on_cancel) on_cancel();
}

}  // namespace rlmesh
