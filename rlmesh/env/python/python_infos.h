// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The infos of a call, from what workers answer.

#ifndef RLMESH_ENV_PYTHON_PYTHON_INFOS_H_
#define RLMESH_ENV_PYTHON_PYTHON_INFOS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/worker/channel.h"

namespace rlmesh {

// Collects each row's infos and the deviations found in values, and makes one
// map of them. A deviation is reported once for each (kind, path) in the life
// of this object. Views what it is given; allocates nothing in the steady state
// unless there are deviations.
//
// Example:
//   infos.Start(rows);
//   RLMESH_RETURN_IF_ERROR(infos.Take(selection.rows(group), answer));
//   RLMESH_RETURN_IF_ERROR(infos.Put(ended, &observation));
class PythonInfos {
 public:
  // `lockstep`: an answer has one map for all of its rows.
  explicit PythonInfos(bool lockstep) : lockstep_(lockstep) {}

  void Start(size_t rows);
  // Of `rows`, from an answer without its texts. InvalidArgument when the
  // answer is none.
  absl::Status Take(absl::Span<const uint32_t> rows, const Answer& answer);
  // To be filled with what is found in this call's action and observation.
  std::vector<Deviation>* action_deviations() { return &action_; }
  std::vector<Deviation>* observation_deviations() { return &observation_; }

  // Sets the infos of `observation`; `ended`: one byte a row. They stay valid
  // until the next Put, and as long as what was taken. InvalidArgument when a
  // warning cannot be added to what the worker sent.
  absl::Status Put(absl::Span<const uint8_t> ended, Observation* observation);

 private:
  absl::Status AddWarnings(absl::string_view kind,
                           std::vector<Deviation>* deviations);

  const bool lockstep_;
  std::vector<absl::string_view> rows_;
  bool has_infos_ = false;
  std::vector<Deviation> action_;
  std::vector<Deviation> observation_;
  absl::flat_hash_set<std::string> reported_;  // kind and path
  std::string joined_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_PYTHON_PYTHON_INFOS_H_
