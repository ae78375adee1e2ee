// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

std::string Shown(const std::string& value) {
  return value.empty() ? "not set" : absl::StrCat("\"", value, "\"");
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status Named(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("journal ", path, ": ", status.message()));
}

absl::Status Errno(const std::string& path, absl::string_view what) {
  return absl::ErrnoToStatus(errno, absl::StrCat("journal ", path, ": ", what));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Create(
    const std::string& path, const JournalHeader& header) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid() && errno == EEXIST) {
    return absl::AlreadyExistsError(absl::StrCat(
        "journal ", path, ": there is a file of that name; --resume=", path,
        " goes on with it, removing it begins anew"));
  }
  if (!fd.valid()) return Errno(path, "making the file");
  // Whoever looks at new files holds the lock for a moment only.
  while (flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return Errno(path, "locking");
  }
  std::unique_ptr<Journal> journal(new Journal(path, std::move(fd)));
  journal->header_ = header;
  absl::Status written;
  {
    absl::MutexLock lock(&journal->mu_);
    written = journal->WriteLine(header.ToLine());
  }
  if (written.ok()) {
    if (absl::Status s = SyncPath(ParentOf(path)); !s.ok()) {
      written = Named(path, s);
    }
  }
  if (!written.ok()) {
    unlink(path.c_str());
    return written;
  }
  return journal;
}

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(
    const std::string& path, absl::Duration patience) {
  // Not stopped by a pipe that nobody writes.
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return Errno(path, "opening");
  struct stat status;
  if (fstat(fd.get(), &status) != 0) return Errno(path, "opening");
  if (!S_ISREG(status.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("journal ", path, ": it is no ordinary file"));
  }
  const absl::Duration between = absl::Milliseconds(20);
  for (; flock(fd.get(), LOCK_EX | LOCK_NB) != 0; patience -= between) {
    if (errno != EWOULDBLOCK) return Errno(path, "locking");
    if (patience <= absl::ZeroDuration()) {
      return absl::FailedPreconditionError(
          absl::StrCat("journal ", path, ": another run is writing it"));
    }
    absl::SleepFor(between);
  }
  // Who had the lock before may have removed the file.
  struct stat named;
  if (stat(path.c_str(), &named) != 0) return Errno(path, "opening");
  if (named.st_ino != status.st_ino || named.st_dev != status.st_dev) {
    return absl::NotFoundError(absl::StrCat(
        "journal ", path, ": it was just replaced by another; try again"));
  }
  std::unique_ptr<Journal> journal(new Journal(path, std::move(fd)));
  RLMESH_RETURN_IF_ERROR(journal->Read());
  return journal;
}

absl::Status Journal::Read() {
  // Through our descriptor: the name may have got another file meanwhile.
  absl::StatusOr<std::string> text = ReadFile(
      absl::StrCat("/proc/self/fd/", fd_.get()), JournalText::kMaxBytes);
  if (!text.ok()) return Named(path_, text.status());
  absl::StatusOr<JournalText> parsed = JournalText::Parse(*text);
  if (!parsed.ok()) return Named(path_, parsed.status());
  header_ = std::move(parsed->header);
  entries_ = std::move(parsed->entries);
  absl::MutexLock lock(&mu_);
  size_ = parsed->whole_bytes;
  if (parsed->whole_bytes < text->size() && ftruncate(fd_.get(), size_) != 0) {
    return Errno(path_, "cutting off its broken end");
  }
  return absl::OkStatus();
}

absl::Status Journal::CheckSameRun(const JournalHeader& header) const {
  const auto differs = [this](absl::string_view name, const std::string& here,
                              const std::string& there) {
    return absl::FailedPreconditionError(
        absl::StrCat("journal ", path_, " is of another run: its ", name,
                     " is ", here, ", this one's is ", there));
  };
  std::set<std::string> names;
  for (const auto& setting : header_.settings) names.insert(setting.first);
  for (const auto& setting : header.settings) names.insert(setting.first);
  for (const std::string& name : names) {
    const auto here = header_.settings.find(name);
    const auto there = header.settings.find(name);
    const std::string a = here == header_.settings.end() ? "" : here->second;
    const std::string b = there == header.settings.end() ? "" : there->second;
    if (a != b) return differs(name, Shown(a), Shown(b));
  }
  if (header_.seed != header.seed) {
    return differs("seed", absl::StrCat(header_.seed),
                   absl::StrCat(header.seed));
  }
  if (header.episodes < header_.episodes) {
    return differs(
        "number of episodes", absl::StrCat(header_.episodes),
        absl::StrCat(header.episodes, " (more may be played, not fewer)"));
  }
  return absl::OkStatus();
}

absl::Status Journal::WriteLine(absl::string_view line) {
  if (!broken_.ok()) return broken_;
  ssize_t n;
  do {
    n = pwrite(fd_.get(), line.data(), line.size(), size_);
  } while (n < 0 && errno == EINTR);
  if (n == static_cast<ssize_t>(line.size()) && fdatasync(fd_.get()) == 0) {
    size_ += n;
    return absl::OkStatus();
  }
  // Part of a line fits a disk that is full.
  if (n >= 0 && n < static_cast<ssize_t>(line.size())) errno = ENOSPC;
  broken_ = Errno(path_, "writing");
  if (n > 0 && ftruncate(fd_.get(), size_) != 0) {
    broken_ = Annotate(broken_, "its last line is broken; readers drop it");
  }
  return broken_;
}

absl::Status Journal::Extend(int64_t episodes) {
  absl::MutexLock lock(&mu_);
  RLMESH_RETURN_IF_ERROR(WriteLine(ExtensionLine(episodes)));
  header_.episodes = episodes;
  return absl::OkStatus();
}

absl::Status Journal::Append(const JournalEntry& entry) {
  const std::string line = entry.ToLine();
  absl::MutexLock lock(&mu_);
  return WriteLine(line);
}

absl::Status Journal::Remove() {
  if (unlink(path_.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return Errno(path_, "removing");
}

}  // namespace rlmesh
