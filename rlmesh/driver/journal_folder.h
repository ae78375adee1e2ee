// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Where runs keep their journals when nobody says where.

#ifndef RLMESH_DRIVER_JOURNAL_FOLDER_H_
#define RLMESH_DRIVER_JOURNAL_FOLDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/driver/journal.h"

namespace rlmesh {

// The folder of this user's runs: $XDG_STATE_HOME/rlmesh/runs, else
// ~/.local/state/rlmesh/runs. It is made, for this user alone.
// FailedPrecondition when neither variable is set or it cannot be made.
absl::StatusOr<std::string> RunsFolder();

// A new journal in `folder`; `what` gives its name a beginning for people.
//
// Example:
//   CreateJournalIn(folder, "CartPole-v1", header);
//   // .../CartPole-v1-20260807-101500-3f2a.jsonl
absl::StatusOr<std::unique_ptr<Journal>> CreateJournalIn(
    const std::string& folder, absl::string_view what, absl::Time now,
    const JournalHeader& header);

// A run that ended before its time, and left its journal.
struct LeftRun {
  std::string path;
  JournalHeader header;
  int64_t finished = 0;  // episodes
};

// The runs in `folder` that somebody may want to go on with, newest first: no
// living run writes them. One with all its episodes has a result that nobody
// has seen. Removes the journals without episodes and those not touched for 30
// days. Other files stay
// as they are. Looks at the newest 64 only; never fails.
std::vector<LeftRun> FindLeftRuns(const std::string& folder, absl::Time now);

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_JOURNAL_FOLDER_H_
