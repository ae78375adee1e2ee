// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The value of --probe.

#ifndef RLMESH_CLI_PROBE_ADDRESS_H_
#define RLMESH_CLI_PROBE_ADDRESS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace rlmesh {

// An address that may be given and empty, which is not the same as not given.
//
// Example:
//   ABSL_FLAG(rlmesh::ProbeAddress, probe, {}, "Look at a running server.");
//   options.probe = absl::GetFlag(FLAGS_probe).text;
struct ProbeAddress {
  absl::optional<std::string> text;
};

inline bool AbslParseFlag(absl::string_view text, ProbeAddress* address,
                          std::string* /*error*/) {
  address->text = std::string(text);
  return true;
}

inline std::string AbslUnparseFlag(const ProbeAddress& address) {
  return address.text.value_or("");
}

}  // namespace rlmesh

#endif  // RLMESH_CLI_PROBE_ADDRESS_H_
