// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The policy that never changes its mind.

#ifndef RLMESH_MODEL_BUILTIN_CONSTANT_MODEL_H_
#define RLMESH_MODEL_BUILTIN_CONSTANT_MODEL_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "rlmesh/model/model.h"

namespace rlmesh {

// Answers every observation with one action, written as JSON ("1",
// "[0.5, -1]"; adapters/parse_value.h). It is read against the action space of
// each environment: Open is InvalidArgument where it does not fit. Never
// waits; an action of more than Prediction::kKeptBytes is read again each time.
//
// Example:
//   ConstantModel model("1");
//   RLMESH_RETURN_IF_ERROR(model.Open("env-1", env->contract()));
class ConstantModel : public Model {
 public:
  explicit ConstantModel(std::string action);
  ~ConstantModel() override;

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

  // The most that an action of so many rows takes.
  size_t BytesOf(const Route& route, size_t rows) const;

  const std::string action_;
  absl::Mutex mu_;  // guards the map; a route is used by one call at a time
  absl::flat_hash_map<std::string, std::shared_ptr<Route>> routes_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_BUILTIN_CONSTANT_MODEL_H_
