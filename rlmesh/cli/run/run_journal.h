// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The journal of one `run`, from its flags to its last line.

#ifndef RLMESH_CLI_RUN_JOURNAL_H_
#define RLMESH_CLI_RUN_JOURNAL_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "rlmesh/cli/run/run_command_options.h"
#include "rlmesh/driver/journal.h"

namespace rlmesh {

// Makes or opens the journal that the options ask for, and decides what becomes
// of it: one that nobody asked for is gone when the run has ended well, and the
// way to go on is told when it has not.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(RunJournal journal, RunJournal::Resume(&options));
//   ... validate the options ...
//   RLMESH_RETURN_IF_ERROR(journal.Begin(options));
//   run.journal = journal.get();
//   ...
//   std::cerr << journal.End(result.status.ok(), result.episodes.size());
class RunJournal {
 public:
  // With --resume, opens the journal and completes `options` from it; without,
  // opens nothing. Errors of Journal::Open and TakeOver.
  static absl::StatusOr<RunJournal> Resume(RunCommandOptions* options);

  // Checks that an opened one is of this run, or makes one. `options` are
  // complete: source in its normal form, and a seed. Errors of Journal; where
  // nobody asked for one, there is none instead, and note() says why.
  absl::Status Begin(const RunCommandOptions& options);

  // Null: there is none.
  Journal* get() const { return journal_.get(); }
  // Whether the user asked for it.
  bool is_needed() const { return is_needed_; }
  // Whether it holds all the episodes there are to be.
  bool is_complete() const;

  // What to tell the user at the beginning, a line without its end: what goes
  // on, which run was cut off earlier, why there is none. May be empty.
  const std::string& note() const { return note_; }

  // The last call. Returns how to go on, "sandbox_runner run --resume=PATH",
  // where there is something to go on with.
  std::string End(bool ended_well, size_t finished);

 private:
  RunJournal() = default;
  void BeginUnasked(const RunCommandOptions& options);

  std::unique_ptr<Journal> journal_;
  bool is_needed_ = false;
  bool is_resumed_ = false;
  bool is_kept_ = false;  // also after the run has ended well
  std::string note_;
};

}  // namespace rlmesh

#endif  // RLMESH_CLI_RUN_JOURNAL_H_
