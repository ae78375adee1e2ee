// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/run_result.h"

#include <algorithm>

namespace rlmesh {

int64_t RunResult::total_steps() const {
  int64_t steps = 0;
  for (const EpisodeResult& episode : episodes) steps += episode.steps;
  return steps;
}

double RunResult::total_reward() const {
  double reward = 0;
  for (const EpisodeResult& episode : episodes) reward += episode.reward;
  return reward;
}

double RunResult::mean_reward() const {
  return episodes.empty() ? 0 : total_reward() / episodes.size();
}

int64_t RunResult::terminated() const {
  return std::count_if(episodes.begin(), episodes.end(),
                       [](const EpisodeResult& e) { return e.terminated; });
}

int64_t RunResult::truncated() const {
  return std::count_if(episodes.begin(), episodes.end(),
                       [](const EpisodeResult& e) { return e.truncated; });
}

int64_t RunResult::retries() const {
  int64_t retries = 0;
  for (const EpisodeResult& episode : episodes) retries += episode.retries;
  return retries;
}

}  // namespace rlmesh
