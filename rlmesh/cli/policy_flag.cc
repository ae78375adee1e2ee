// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/policy_flag.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/cli/nearest.h"
#include "rlmesh/json/json.h"

namespace rlmesh {

absl::StatusOr<Policy> ParsePolicyFlag(absl::string_view text) {
  const std::string flag = absl::StrCat("--policy=", text);
  absl::StatusOr<Policy> policy = Policy::Parse(text);
  if (!policy.ok()) {
    // "up" and "constant:" are no addresses that went wrong.
    const absl::string_view word = text.substr(0, text.find(':'));
    const std::string near = Nearest(word, {"random", "constant"});
    if (near.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, ": ", policy.status().message()));
    }
    return absl::InvalidArgumentError(absl::StrCat(
        flag, " is neither random nor constant:VALUE; write --policy=",
        near == "random" ? near : "constant:1"));
  }
  // A bare word may be a text.
  if (policy->kind == Policy::Kind::kConstant &&
      policy->text.find_first_of("[{") == 0) {
    if (absl::Status s = ParseJson(policy->text).status(); !s.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, ": the value is not valid ", s.message(),
                       "; write constant:1 or constant:[0.5, -1]"));
    }
  }
  return policy;
}

}  // namespace rlmesh
