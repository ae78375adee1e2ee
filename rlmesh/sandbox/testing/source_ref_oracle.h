// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A second, hand-written reading of the grammar of source references.

#ifndef RLMESH_SANDBOX_TESTING_SOURCE_REF_ORACLE_H_
#define RLMESH_SANDBOX_TESTING_SOURCE_REF_ORACLE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace rlmesh {

// What the oracle read. Absent parts are empty: no part can be empty itself.
struct OracleSource {
  // Empty when the text is a source; else a text that the error must contain.
  std::string fault;
  bool hugging_face = false;
  std::string env_id, repo, revision, suite, task;
};

// Reads `text` character by character, without a regular expression: slow and
// obvious. SourceRef::Parse must agree with it on every text.
OracleSource OracleParse(absl::string_view text);

}  // namespace rlmesh

#endif  // RLMESH_SANDBOX_TESTING_SOURCE_REF_ORACLE_H_
