// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// How our processes log: quietly, on standard error, in one of two forms.

#ifndef RLMESH_BASE_LOGGING_H_
#define RLMESH_BASE_LOGGING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rlmesh {

// What the environment variable RLMESH_LOG says: LEVEL[,json], where LEVEL is
// debug, info, warning, error or off. Empty means "warning".
struct LogOptions {
  enum class Level { kDebug, kInfo, kWarning, kError, kOff };
  Level level = Level::kWarning;
  // One JSON object a line: {"time":...,"level":...,"source":...,"message":...}
  bool json = false;

  // InvalidArgument names the part that is wrong and lists what there is.
  static absl::StatusOr<LogOptions> Parse(absl::string_view text);
};

// Sends every LOG of this process to standard error and nowhere else (glog left
// alone writes files into /tmp). Call once, early in main; `program` is shown
// in crash reports and must outlive the process (argv[0]).
//
// Example:
//   RLMESH_RETURN_IF_ERROR(StartLogging(argv[0]));   // reads RLMESH_LOG
//   LOG(INFO) << "serving";
absl::Status StartLogging(const char* program);
void StartLogging(const char* program, const LogOptions& options);

namespace logging_internal {

// One line, with its end. `severity` is glog's: 0 info to 3 fatal.
std::string FormatLine(bool json, int severity, absl::Time time,
                       absl::string_view file, int line,
                       absl::string_view message);

}  // namespace logging_internal
}  // namespace rlmesh

#endif  // RLMESH_BASE_LOGGING_H_
