// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Values of flags, and what to write instead of one that cannot be.

#ifndef RLMESH_CLI_FLAG_VALUE_H_
#define RLMESH_CLI_FLAG_VALUE_H_

#include <string>

#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// What a number or a time may be, written as on a command line: {"1", "64"},
// {"1ms", "24h"}. Empty: no bound but that of the flag's type.
struct FlagRange {
  std::string least;
  std::string greatest;
};

// Sets `flag` to `text`. InvalidArgument when it is not of the flag's type or
// outside of `range`: it quotes the flag with its value, says what is wrong and
// shows the nearest value that would do, as one would write it. Call from main,
// before other threads read flags.
//
// Example, for a flag of type absl::Duration:
//   SetFlagValue(flag, "5", {"1ms", ""});
//   // "--idle_timeout=5 is no time with a unit; write --idle_timeout=5s (...)"
absl::Status SetFlagValue(absl::CommandLineFlag* flag, absl::string_view text,
                          const FlagRange& range);

}  // namespace rlmesh

#endif  // RLMESH_CLI_FLAG_VALUE_H_
