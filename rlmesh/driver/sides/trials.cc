// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/sides/trials.h"

#include "absl/status/statusor.h"

namespace rlmesh {
namespace {

// Metadata key of the reset options that an environment wants, and the one that
// there is.
constexpr char kWanted[] = "rlmesh.env.v1.reset_options";
constexpr char kTrialIndex[] = "trial_index";

}  // namespace

bool WantsTrials(const EnvContract& contract) {
  absl::StatusOr<spaces::v1::MetaMap> metadata = ParseMeta(contract.metadata);
  if (!metadata.ok()) return false;
  const auto found = metadata->entries().find(kWanted);
  if (found == metadata->entries().end()) return false;
  const spaces::v1::MetaValue& wanted = found->second;
  if (wanted.text() == kTrialIndex) return true;
  for (const spaces::v1::MetaValue& value : wanted.list().items()) {
    if (value.text() == kTrialIndex) return true;
  }
  return false;
}

MetaBytes TrialOptions(absl::Span<const int64_t> trials) {
  spaces::v1::MetaMap map;
  spaces::v1::MetaValue& value = (*map.mutable_entries())[kTrialIndex];
  if (trials.size() == 1) {
    value = MetaInteger(trials[0]);
  } else {
    for (const int64_t trial : trials) {
      *value.mutable_list()->add_items() = MetaInteger(trial);
    }
  }
  return SerializeMeta(map);
}

}  // namespace rlmesh
