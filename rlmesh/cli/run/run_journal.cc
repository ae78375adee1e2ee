// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_journal.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/driver/journal_folder.h"

namespace rlmesh {
namespace {

std::string HowToGoOn(const std::string& path) {
  // As a shell takes it.
  const bool plain =
      path.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
          "/._-+:@%") == std::string::npos;
  return absl::StrCat(
      "sandbox_runner run --resume=",
      plain ? path
            : absl::StrCat("'", absl::StrReplaceAll(path, {{"'", "'\\''"}}),
                           "'"));
}

std::string SourceOf(const JournalHeader& header) {
  const auto found = header.settings.find("source");
  return found == header.settings.end() ? "" : found->second;
}

// The line about the newest run that was cut off, rather of `source`.
std::string NoteOf(const std::vector<LeftRun>& runs,
                   const std::string& source) {
  if (runs.empty()) return "";
  const LeftRun* shown = &runs[0];
  for (const LeftRun& run : runs) {
    if (SourceOf(run.header) != source) continue;
    shown = &run;
    break;
  }
  if (shown->finished >= shown->header.episodes) {
    return absl::StrCat("a run of ", SourceOf(shown->header), " finished its ",
                        shown->finished, " episodes, but could not show them; ",
                        HowToGoOn(shown->path), " does");
  }
  return absl::StrCat("a run of ", SourceOf(shown->header), " ended after ",
                      shown->finished, " of ", shown->header.episodes,
                      " episodes; ", HowToGoOn(shown->path), " goes on");
}

}  // namespace

absl::StatusOr<RunJournal> RunJournal::Resume(RunCommandOptions* options) {
  RunJournal journal;
  if (options->resume.empty()) return journal;
  RLMESH_ASSIGN_OR_RETURN(journal.journal_, Journal::Open(options->resume));
  if (absl::Status s = options->TakeOver(journal.journal_->header()); !s.ok()) {
    return absl::Status(
        s.code(), absl::StrCat("journal ", options->resume, ": ", s.message()));
  }
  journal.is_needed_ = journal.is_resumed_ = true;
  // One of ours goes as it would have gone.
  absl::StatusOr<std::string> folder = RunsFolder();
  journal.is_kept_ =
      !folder.ok() || !absl::StartsWith(options->resume, *folder + "/");
  return journal;
}

absl::Status RunJournal::Begin(const RunCommandOptions& options) {
  if (is_resumed_) {
    RLMESH_RETURN_IF_ERROR(journal_->CheckSameRun(options.Header()));
    if (options.episodes > journal_->header().episodes) {
      RLMESH_RETURN_IF_ERROR(journal_->Extend(options.episodes));
    }
    note_ = absl::StrCat("going on with ", journal_->path(), ": ",
                         journal_->entries().size(), " of ", options.episodes,
                         " episodes are finished");
    return absl::OkStatus();
  }
  if (options.journal.empty()) {
    BeginUnasked(options);
    return absl::OkStatus();
  }
  is_needed_ = is_kept_ = true;
  RLMESH_ASSIGN_OR_RETURN(journal_,
                          Journal::Create(options.journal, options.Header()));
  return absl::OkStatus();
}

void RunJournal::BeginUnasked(const RunCommandOptions& options) {
  absl::StatusOr<std::string> folder = RunsFolder();
  absl::Status status = folder.status();
  if (status.ok()) {
    const absl::Time now = absl::Now();
    note_ = NoteOf(FindLeftRuns(*folder, now), options.source);
    const std::string what =
        options.source.substr(options.source.find("://") + 3);
    absl::StatusOr<std::unique_ptr<Journal>> made =
        CreateJournalIn(*folder, what, now, options.Header());
    status = made.status();
    if (made.ok()) journal_ = *std::move(made);
  }
  if (!status.ok()) {
    note_ = absl::StrCat("this run cannot be resumed, should it be killed: ",
                         status.message());
  }
}

bool RunJournal::is_complete() const {
  return journal_ != nullptr &&
         static_cast<int64_t>(journal_->entries().size()) ==
             journal_->header().episodes;
}

std::string RunJournal::End(bool ended_well, size_t finished) {
  if (journal_ == nullptr) return "";
  // A file without episodes is in the way of the next try.
  const bool remove = ended_well ? !is_kept_ : finished == 0 && !is_resumed_;
  if (remove) {
    journal_->Remove().IgnoreError();
    return "";
  }
  return ended_well ? "" : HowToGoOn(journal_->path());
}

}  // namespace rlmesh
