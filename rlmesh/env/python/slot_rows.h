// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Values of some lanes, to and from the memory that holds those of all.

#ifndef RLMESH_ENV_PYTHON_SLOT_ROWS_H_
#define RLMESH_ENV_PYTHON_SLOT_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rlmesh/env/lanes/lane_selection.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/spaces/value.h"
#include "rlmesh/worker/slots.h"

namespace rlmesh {

// Puts actions into the slots that workers share with us, and makes
// observations of what they wrote there: views of the slots themselves where
// the rows lie one after the other, copies where a call names lanes that do
// not. Leaves that code may use to select something (Discrete, MultiDiscrete)
// are always copied, for user code can change the slots between the check and
// the use; any bytes are safe in the others. Texts come in frames and are put
// together here. In the steady state nothing is allocated.
//
// Example:
//   rows.PutActions(selection, request.actions);
//   rows.AppendTexts(selection, group, request.actions, &payload);
//   ... the workers answer ...
//   RLMESH_RETURN_IF_ERROR(rows.TakeTexts(selection, group, &answer.payload));
//   ValueView observation = rows.Observation(selection);
class SlotRows {
 public:
  // `contract` and `slots` are borrowed.
  SlotRows(const EnvContract& contract, const SlotLayout& layout, char* slots);

  // `actions` passed CheckValue.
  void PutActions(const LaneSelection& selection, ValueView actions);
  // Appends the frames of a group's texts, if actions have any.
  void AppendTexts(const LaneSelection& selection, size_t group,
                   ValueView actions, std::string* payload);

  // Cuts the texts of a group off the front of its answer, which stays valid
  // until Observation. InvalidArgument when they are none.
  absl::Status TakeTexts(const LaneSelection& selection, size_t group,
                         absl::string_view* answer);
  // One row a lane of the selection. Valid until the next call; not checked.
  ValueView Observation(const LaneSelection& selection);

 private:
  struct Text {
    size_t leaf;                           // in the space
    std::vector<absl::string_view> lanes;  // by row
    absl::string_view whole;  // the leaf as it came, when one group has it all
    std::string joined;       // the leaf, put together
  };

  const EnvContract& contract_;
  const SlotLayout layout_;
  char* const slots_;
  std::vector<absl::string_view> views_;
  std::vector<Text> texts_;                    // of the observation
  std::vector<absl::string_view> frames_;      // of one answer
  std::vector<absl::string_view> text_lanes_;  // of an action's leaf
  std::vector<std::string> copies_;            // by leaf, as far as needed
  std::string leaf_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_PYTHON_SLOT_ROWS_H_
