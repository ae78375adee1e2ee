// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a program says while it works.

#ifndef RLMESH_CLI_STATUS_LINE_H_
#define RLMESH_CLI_STATUS_LINE_H_

#include <ostream>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace rlmesh {

// Sentences that stay and details that pass: on a terminal, a detail is one
// line that the next one overwrites; elsewhere it is left out. Thread-safe.
//
// Example:
//   StatusLine status("sandbox_runner", isatty(STDERR_FILENO), &std::cerr);
//   status.Say("installing gymnasium");
//   status.Detail("Downloading gymnasium-1.0.0.whl (1 MB)");
class StatusLine {
 public:
  // `out` is not owned.
  StatusLine(std::string program, bool terminal, std::ostream* out);

  // Wipes what Detail left.
  ~StatusLine();

  // "PROGRAM: text", on a line of its own.
  void Say(absl::string_view text);

  void Detail(absl::string_view text);

 private:
  void Wipe() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string program_;
  const bool terminal_;
  absl::Mutex mu_;
  std::ostream* const out_ ABSL_PT_GUARDED_BY(mu_);
  bool shown_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rlmesh

#endif  // RLMESH_CLI_STATUS_LINE_H_
