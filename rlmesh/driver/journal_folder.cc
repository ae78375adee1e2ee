// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/journal_folder.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/uuid.h"

namespace rlmesh {
namespace {

constexpr char kSuffix[] = ".jsonl";
constexpr absl::Duration kForgetAfter = absl::Hours(24 * 30);
constexpr size_t kMaxLooked = 64;
constexpr int kNameLength = 40;

struct Candidate {
  std::string path;
  absl::Time touched;
};

// The journals of `folder`, newest first.
std::vector<Candidate> Candidates(const std::string& folder) {
  std::vector<Candidate> found;
  DIR* const dir = opendir(folder.c_str());
  if (dir == nullptr) return found;
  while (const dirent* entry = readdir(dir)) {
    const std::string path = absl::StrCat(folder, "/", entry->d_name);
    struct stat status;
    if (!absl::EndsWith(entry->d_name, kSuffix) ||
        lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
      continue;
    }
    found.push_back({path, absl::TimeFromTimespec(status.st_mtim)});
  }
  closedir(dir);
  std::sort(found.begin(), found.end(),
            [](const Candidate& a, const Candidate& b) {
              return std::make_pair(b.touched, b.path) <
                     std::make_pair(a.touched, a.path);
            });
  if (found.size() > kMaxLooked) found.resize(kMaxLooked);
  return found;
}

}  // namespace

absl::StatusOr<std::string> RunsFolder() {
  const char* state = getenv("XDG_STATE_HOME");
  const char* home = getenv("HOME");
  std::string folder;
  // The XDG specification has relative paths ignored.
  if (state != nullptr && state[0] == '/') {
    folder = absl::StrCat(state, "/rlmesh/runs");
  } else if (home != nullptr && home[0] == '/') {
    folder = absl::StrCat(home, "/.local/state/rlmesh/runs");
  } else {
    return absl::FailedPreconditionError(
        "there is no folder for journals of runs: set XDG_STATE_HOME, or HOME, "
        "to an absolute path, or write --journal=PATH");
  }
  RLMESH_RETURN_IF_ERROR(MakeFolders(folder));
  return folder;
}

absl::StatusOr<std::unique_ptr<Journal>> CreateJournalIn(
    const std::string& folder, absl::string_view what, absl::Time now,
    const JournalHeader& header) {
  std::string name;
  for (char c : what.substr(0, kNameLength)) {
    const bool plain = absl::ascii_isalnum(c) || c == '-' || c == '_';
    name.push_back(plain ? c : '-');
  }
  const std::string id = NewUuid7(now);
  return Journal::Create(
      absl::StrCat(folder, "/", name, "-",
                   absl::FormatTime("%Y%m%d-%H%M%S", now, absl::UTCTimeZone()),
                   "-", id.substr(id.size() - 6), kSuffix),
      header);
}

std::vector<LeftRun> FindLeftRuns(const std::string& folder, absl::Time now) {
  std::vector<LeftRun> runs;
  for (const Candidate& candidate : Candidates(folder)) {
    // A journal that is being written is locked, and does not open.
    absl::StatusOr<std::unique_ptr<Journal>> journal =
        Journal::Open(candidate.path, /*patience=*/absl::ZeroDuration());
    if (!journal.ok()) continue;
    LeftRun run = {candidate.path, (*journal)->header(),
                   static_cast<int64_t>((*journal)->entries().size())};
    // A complete one is of a run whose result nobody has seen.
    if (run.finished == 0 || now - candidate.touched > kForgetAfter) {
      (*journal)->Remove().IgnoreError();
      continue;
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace rlmesh
