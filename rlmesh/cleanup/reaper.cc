// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cleanup/reaper.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/proc_table.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/cleanup/lease_record.h"

namespace rlmesh {
namespace {

constexpr absl::string_view kFolderStart = "/tmp/rlmesh-";
constexpr size_t kMaxLeaseBytes = 1 << 20;
// A process may start others while it is being killed.
constexpr int kKillRounds = 10;
// A file half-written by a process that was killed is cleared after this.
constexpr int kStaleSeconds = 600;

absl::StatusOr<UniqueFd> LockFolder(const std::string& folder,
                                    absl::Duration timeout) {
  const std::string path = folder + "/.lock";
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) {
    return absl::ErrnoToStatus(errno, absl::StrCat("opening ", path));
  }
  const absl::Time deadline = SteadyNow() + timeout;
  while (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (SteadyNow() >= deadline) {
      return absl::UnavailableError(
          absl::StrCat("another sweep holds ", path, "; it is doing the work"));
    }
    usleep(10000);
  }
  return fd;
}

std::vector<std::string> List(const std::string& folder) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(folder.c_str()), closedir);
  if (dir == nullptr) return names;
  while (const dirent* entry = readdir(dir.get())) {
    names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool IsTemporaryFolder(absl::string_view path) {
  return absl::ConsumePrefix(&path, kFolderStart) && !path.empty() &&
         path.size() <= 64 && std::all_of(path.begin(), path.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-';
         });
}

// Whether a lease may have made it: a path of that form, ours, no link.
bool IsLeasedFolder(const std::string& path) {
  struct stat status;
  return (IsTemporaryFolder(path) || IsBuildFolder(path)) &&
         lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == geteuid();
}

bool IsOurSocket(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode) &&
         status.st_uid == geteuid();
}

// The processes of a lease that run now.
std::vector<ProcessInfo> OwnedProcesses(const LeaseRecord& record,
                                        const ProcTable& table) {
  const std::vector<ProcessInfo> all = table.All();
  // Groups whose leader is one of the recorded processes, and alive.
  std::set<pid_t> groups;
  const auto is_recorded = [&record](const ProcessInfo& process) {
    return std::any_of(record.processes.begin(), record.processes.end(),
                       [&process](const LeaseRecord::Process& recorded) {
                         return recorded.pid == process.pid &&
                                recorded.start_time == process.start_time;
                       });
  };
  for (const ProcessInfo& process : all) {
    if (is_recorded(process) && process.group == process.pid) {
      groups.insert(process.group);
    }
  }
  std::vector<ProcessInfo> owned;
  for (const ProcessInfo& process : all) {
    if (process.has_ended || process.pid == getpid()) continue;
    if (is_recorded(process) || groups.count(process.group) > 0 ||
        table.HasVariable(process.pid, record.Variable())) {
      owned.push_back(process);
    }
  }
  return owned;
}

class Undertaker {
 public:
  Undertaker(const ReaperOptions& options, const ProcTable& table,
             SweptLease* swept)
      : options_(options), table_(table), swept_(swept) {}

  void KillProcesses(const LeaseRecord& record) {
    std::vector<ProcessInfo> owned = OwnedProcesses(record, table_);
    for (int round = 0; !owned.empty() && round < kKillRounds; ++round) {
      for (const ProcessInfo& process : owned) {
        if (options_.dry_run || table_.Kill(process)) {
          swept_->removed.push_back(absl::StrCat("process ", process.pid));
        }
      }
      if (options_.dry_run) return;
      owned = OwnedProcesses(record, table_);
    }
    for (const ProcessInfo& process : owned) {
      Fail(absl::StrCat("process ", process.pid, " does not end"));
    }
  }

  void RemoveFiles(const LeaseRecord& record) {
    for (const std::string& path : record.sockets) {
      if (!IsOurSocket(path)) continue;
      if (!options_.dry_run && unlink(path.c_str()) != 0) {
        Fail(absl::StrCat("socket ", path, " cannot be removed"));
      } else {
        swept_->removed.push_back(absl::StrCat("socket ", path));
      }
    }
    for (const std::string& path : record.folders) {
      if (!IsLeasedFolder(path)) continue;
      if (!options_.dry_run) {
        if (absl::Status s = RemoveTree(path); !s.ok()) {
          Fail(s.ToString());
          continue;
        }
      }
      swept_->removed.push_back(absl::StrCat("folder ", path));
    }
  }

  void Fail(const std::string& why) {
    swept_->outcome = SweptLease::Outcome::kFailed;
    absl::StrAppend(&swept_->reason, "; ", why);
  }

 private:
  const ReaperOptions& options_;
  const ProcTable& table_;
  SweptLease* const swept_;
};

SweptLease SweepOne(const ReaperOptions& options, const ProcTable& table,
                    const std::string& path, absl::string_view token) {
  SweptLease swept;
  swept.path = path;
  absl::StatusOr<std::string> text = ReadFile(path, kMaxLeaseBytes);
  absl::StatusOr<LeaseRecord> record =
      text.ok() ? LeaseRecord::Parse(*text) : text.status();
  if (record.ok() && record->token != token) {
    record = absl::InvalidArgumentError("it names another lease");
  }
  if (!record.ok()) {
    swept.outcome = SweptLease::Outcome::kUnreadable;
    swept.reason = absl::StrCat(record.status().message(),
                                "; look at it, then remove it by hand");
    return swept;
  }
  swept.what = record->what;
  const OwnerVerdict verdict = JudgeOwner(*record, table);
  swept.reason = verdict.reason;
  if (verdict.state != OwnerState::kGone) return swept;
  swept.outcome = SweptLease::Outcome::kReaped;
  Undertaker undertaker(options, table, &swept);
  if (!verdict.rebooted) undertaker.KillProcesses(*record);
  if (swept.outcome == SweptLease::Outcome::kReaped) {
    undertaker.RemoveFiles(*record);
  }
  if (swept.outcome == SweptLease::Outcome::kReaped && !options.dry_run &&
      unlink(path.c_str()) != 0 && errno != ENOENT) {
    undertaker.Fail("the lease cannot be removed");
  }
  return swept;
}

void ClearHalfWritten(const std::string& path) {
  struct stat status;
  if (lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
      status.st_mtime + kStaleSeconds < time(nullptr)) {
    unlink(path.c_str());
  }
}

}  // namespace

absl::StatusOr<std::vector<SweptLease>> Sweep(const ReaperOptions& options) {
  std::string folder = options.leases_folder;
  if (folder.empty()) {
    RLMESH_ASSIGN_OR_RETURN(folder, CacheFolder("leases"));
  } else {
    struct stat status;
    if (stat(folder.c_str(), &status) != 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("leases folder ", folder));
    }
  }
  RLMESH_ASSIGN_OR_RETURN(UniqueFd lock,
                          LockFolder(folder, options.lock_timeout));
  const ProcTable table(options.root);
  std::vector<SweptLease> swept;
  for (const std::string& name : List(folder)) {
    const std::string path = absl::StrCat(folder, "/", name);
    absl::string_view token = name;
    if (absl::EndsWith(name, ".tmp")) {
      if (!options.dry_run) ClearHalfWritten(path);
    } else if (absl::ConsumeSuffix(&token, ".json")) {
      swept.push_back(SweepOne(options, table, path, token));
    }
  }
  return swept;
}

}  // namespace rlmesh
