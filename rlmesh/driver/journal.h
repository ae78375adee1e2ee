// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The file that a run survives in.

#ifndef RLMESH_DRIVER_JOURNAL_H_
#define RLMESH_DRIVER_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/driver/journal_record.h"

namespace rlmesh {

// Holds the finished episodes of a run, one line of JSON each, so that a run
// that was killed, or lost its machine, can go on. Each line is written by one
// call and is on the disk when Append returns. The file is locked as long as
// this lives: two runs never write one journal.
//
// Thread-safe. Append takes as long as the disk takes to sync: milliseconds.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto journal, Journal::Open(path));
//   options.seed = journal->header().seed;
//   options.journal = journal.get();
//   RunResult result = Run(env, model, options).Play();  // plays what is left
class Journal {
 public:
  // Makes the file, mode 0600. AlreadyExists when there is one.
  static absl::StatusOr<std::unique_ptr<Journal>> Create(
      const std::string& path, const JournalHeader& header);

  // Goes on with a file: reads it and cuts off a line that a kill left
  // incomplete. NotFound; FailedPrecondition when another run writes it, or it
  // is no file; InvalidArgument as for JournalText::Parse. Waits as long as
  // `patience` for somebody who just looks at it (FindLeftRuns).
  static absl::StatusOr<std::unique_ptr<Journal>> Open(
      const std::string& path, absl::Duration patience = absl::Seconds(2));

  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  const std::string& path() const { return path_; }
  // As it was read or made; Extend changes its episodes. Not to be called
  // beside Extend.
  const JournalHeader& header() const { return header_; }
  // What it held when it was opened, in the order of their ends.
  const std::vector<JournalEntry>& entries() const { return entries_; }

  // FailedPrecondition that names the first difference, both values, unless
  // `header` is of the same run. Its number of episodes may be larger.
  absl::Status CheckSameRun(const JournalHeader& header) const;

  // Plans for more episodes.
  absl::Status Extend(int64_t episodes);

  // Writes an episode down. After an error (ResourceExhausted: the disk is
  // full) the file holds what it held before, readable, and every further call
  // fails.
  absl::Status Append(const JournalEntry& entry);

  // Removes the file.
  absl::Status Remove();

 private:
  Journal(std::string path, UniqueFd fd)
      : path_(std::move(path)), fd_(std::move(fd)) {}
  absl::Status Read();
  absl::Status WriteLine(absl::string_view line)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string path_;
  const UniqueFd fd_;
  JournalHeader header_;
  std::vector<JournalEntry> entries_;

  absl::Mutex mu_;
  int64_t size_ ABSL_GUARDED_BY(mu_) = 0;  // bytes of whole lines
  absl::Status broken_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_JOURNAL_H_
