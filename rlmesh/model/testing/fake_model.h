// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A model that does as a test says.

#ifndef RLMESH_MODEL_TESTING_FAKE_MODEL_H_
#define RLMESH_MODEL_TESTING_FAKE_MODEL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/optional.h"
#include "rlmesh/model/model.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// For action spaces that are one Discrete of int64: predicts `frames` actions a
// call, counting 0, 1, 2, ... up to `actions` over all rows and calls. The
// functions, where set, run first and their errors are returned. Set members
// before use. Thread-safe.
//
// Example:
//   FakeModel model;
//   model.on_predict = [](const PredictRequest&) {
//     return absl::InternalError("boom");
//   };
class FakeModel : public Model {
 public:
  int frames = 1;
  int64_t actions = 4;
  absl::optional<uint32_t> declared_chunk;
  std::function<absl::Status(const EnvContract&)> on_open;
  std::function<absl::Status(const PredictRequest&)> on_predict;
  std::function<void()> on_cancel;

  // What was asked for, one line a call: "open ENV_ID", "predict
  // ID[=SEED],...", "reset ID,...", "close". Routes are left out.
  std::vector<std::string> calls() const;
  void ClearCalls();
  // Open ones.
  std::vector<std::string> routes() const;

  absl::Status Open(absl::string_view route,
                    const EnvContract& contract) override;
  absl::Status Predict(const PredictRequest& request,
                       Prediction* prediction) override;
  absl::Status Reset(absl::string_view route,
                     absl::Span<const std::string> episode_ids) override;
  absl::Status CloseRoute(absl::string_view route) override;
  absl::optional<uint32_t> native_chunk() const override {
    return declared_chunk;
  }
  void Cancel() override;
  bool takes_rows() const override { return takes_rows_; }
  void set_takes_rows(bool value) { takes_rows_ = value; }
  bool is_inline() const override { return is_inline_; }
  void set_inline(bool value) { is_inline_ = value; }

 private:
  struct Route {
    SpaceSpec action_space;
    std::vector<ValueBuffer> frames;
  };

  bool is_inline_ = false;
  bool takes_rows_ = true;
  mutable absl::Mutex mu_;
  std::vector<std::string> calls_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Route> routes_ ABSL_GUARDED_BY(mu_);
  int64_t next_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_TESTING_FAKE_MODEL_H_
