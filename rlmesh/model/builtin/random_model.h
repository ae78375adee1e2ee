// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The policy that knows nothing.

#ifndef RLMESH_MODEL_BUILTIN_RANDOM_MODEL_H_
#define RLMESH_MODEL_BUILTIN_RANDOM_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "rlmesh/base/random.h"
#include "rlmesh/model/model.h"

namespace rlmesh {

// Samples the action space. Every episode has a stream of its own: a seeded
// one draws from its seed alone, so an episode's actions are the same whatever
// runs beside it, before it or on which route; one without a seed draws from
// its id and `seed`. Never waits; about 100 ns a row of a small space.
//
// Errors: those of Model, and ResourceExhausted for a route that holds
// kMaxEpisodes episodes that nobody has reset; InvalidArgument for rows whose
// texts may be larger together than a message.
//
// Example:
//   RandomModel model(RandomSeed());
//   RLMESH_RETURN_IF_ERROR(model.Open("env-1", env->contract()));
class RandomModel : public Model {
 public:
  static constexpr size_t kMaxEpisodes = 65536;

  // `seed` matters for episodes without one only.
  explicit RandomModel(uint64_t seed);
  ~RandomModel() override;

  absl::Status Open(absl::string_view route,
                    const EnvContract& contract) override;
  absl::Status Predict(const PredictRequest& request,
                       Prediction* prediction) override;
  absl::Status Reset(absl::string_view route,
                     absl::Span<const std::string> episode_ids) override;
  absl::Status CloseRoute(absl::string_view route) override;
  bool is_inline() const override { return true; }

 private:
  struct Route;

  absl::StatusOr<std::shared_ptr<Route>> Find(absl::string_view route);

  const uint64_t seed_;
  absl::Mutex mu_;  // guards the map; a route is used by one call at a time
  absl::flat_hash_map<std::string, std::shared_ptr<Route>> routes_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_BUILTIN_RANDOM_MODEL_H_
