// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/builtin/random_model.h"

#include <utility>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/sampler.h"

namespace rlmesh {
namespace {

// Environments draw from stream 0 of a seed: actions must not follow them.
constexpr uint64_t kActionStream = 0x616374696f6e;  // "action"

// FNV-1a: results depend on it, so it may not change between releases.
uint64_t Hash(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3;
  return hash;
}

Random StreamOf(const EpisodeRow& row, uint64_t seed) {
  if (row.seed) return Random(static_cast<uint64_t>(*row.seed), kActionStream);
  return Random(seed ^ Hash(row.episode_id), kActionStream);
}

}  // namespace

struct RandomModel::Route {
  SpaceSpec action_space;
  size_t row_bytes = 0;  // at most
  absl::node_hash_map<std::string, Random> episodes;
  // Reused from call to call.
  std::vector<Random*> streams;  // of the rows, into episodes
  ValueBuffer actions;
};

RandomModel::RandomModel(uint64_t seed) : seed_(seed) {}
RandomModel::~RandomModel() = default;

absl::StatusOr<std::shared_ptr<RandomModel::Route>> RandomModel::Find(
    absl::string_view route) {
  absl::MutexLock lock(&mu_);
  auto it = routes_.find(route);
  if (it == routes_.end()) {
    return absl::NotFoundError(
        absl::StrCat("route \"", route, "\" is not open; call Open first"));
  }
  return it->second;
}

absl::Status RandomModel::Open(absl::string_view route,
                               const EnvContract& contract) {
  auto opened = std::make_shared<Route>();
  opened->action_space = contract.action_space;
  opened->row_bytes = MaxSampleBytes(contract.action_space);
  absl::MutexLock lock(&mu_);
  routes_[route] = std::move(opened);
  return absl::OkStatus();
}

absl::Status RandomModel::Predict(const PredictRequest& request,
                                  Prediction* prediction) {
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<Route> route, Find(request.route));
  route->streams.clear();
  for (const EpisodeRow& row : request.episodes) {
    auto it = route->episodes.find(row.episode_id);
    if (it == route->episodes.end()) {
      if (route->episodes.size() >= kMaxEpisodes) {
        return absl::ResourceExhaustedError(
            absl::StrCat("route \"", request.route, "\" holds ", kMaxEpisodes,
                         " episodes; reset those that have ended"));
      }
      it = route->episodes.emplace(row.episode_id, StreamOf(row, seed_)).first;
    }
    route->streams.push_back(&it->second);
  }
  const bool keep =
      route->row_bytes * route->streams.size() <= Prediction::kKeptBytes;
  ValueBuffer* const actions = keep ? &route->actions : &prediction->large;
  RLMESH_RETURN_IF_ERROR(
      SampleLanes(route->action_space, route->streams, actions));
  prediction->frames.assign(1, actions->view());
  return absl::OkStatus();
}

absl::Status RandomModel::Reset(absl::string_view route,
                                absl::Span<const std::string> episode_ids) {
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<Route> found, Find(route));
  if (episode_ids.empty()) found->episodes.clear();
  for (const std::string& id : episode_ids) found->episodes.erase(id);
  return absl::OkStatus();
}

absl::Status RandomModel::CloseRoute(absl::string_view route) {
  absl::MutexLock lock(&mu_);
  routes_.erase(route);
  return absl::OkStatus();
}

}  // namespace rlmesh
