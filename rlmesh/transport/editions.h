// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Workflow editions: which revision of the rules a session runs at.

#ifndef RLMESH_TRANSPORT_EDITIONS_H_
#define RLMESH_TRANSPORT_EDITIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rlmesh {

// An edition is a base "YYYY.MM", alone or with a suffix "YYYY.MM-SUFFIX"; our
// build implements every spelling of one base (wire::kEdition).
//
// What one participant of a session offered in its handshake.
struct EditionOffer {
  std::string name;              // "env", "model", "runtime": for messages
  std::vector<std::string> can;  // supported_workflow_editions
  std::string want;              // preferred_workflow_edition; empty: none
};

// What this build offers. `declared` is the edition somebody asked for
// (RLMESH_WORKFLOW_EDITION, a flag); empty offers the newest.
EditionOffer OurEditions(absl::string_view name, absl::string_view declared);

// Whether this build implements what a runtime pinned: empty, or any spelling
// of our base.
bool ImplementsEdition(absl::string_view pin);

// InvalidArgument when this build does not implement a `declared` edition:
// "runtime cannot drive workflow edition \"2099.01\"; this build implements
// ..."
absl::Status CheckDeclaredEdition(absl::string_view name,
                                  absl::string_view declared);

// The edition of a session between `ours` and `peers`: the pin for each peer,
// in its own spelling, in the order of `peers`. A peer's spelling counts when
// we implement its base and no declared `want` forbids it; the largest base
// that every peer can is taken, and of it each peer's largest spelling.
// FailedPrecondition names every side with what it wants and can.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(std::vector<std::string> pins,
//                           SelectEditions({env}, OurEditions("runtime", "")));
absl::StatusOr<std::vector<std::string>> SelectEditions(
    absl::Span<const EditionOffer> peers, const EditionOffer& ours);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_EDITIONS_H_
