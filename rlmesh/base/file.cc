// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::ErrnoToStatus(errno, "write");
    bytes.remove_prefix(n);
  }
  if (fsync(fd) != 0) return absl::ErrnoToStatus(errno, "fsync");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t max_bytes) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    return absl::ErrnoToStatus(errno, absl::StrCat("reading ", path));
  }
  std::string bytes;
  char buffer[16384];
  while (true) {
    const ssize_t n = read(fd.get(), buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("reading ", path));
    }
    if (n == 0) return bytes;
    if (bytes.size() + n > max_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat(path, " is longer than ", max_bytes, " bytes"));
    }
    bytes.append(buffer, n);
  }
}

absl::Status WriteFileAtomically(const std::string& path,
                                 absl::string_view bytes) {
  const std::string parent = ParentOf(path);
  std::string temporary =
      absl::StrCat(parent, "/.", path.substr(path.rfind('/') + 1), ".XXXXXX");
  // Made new, with a name of its own and mode 0600.
  UniqueFd fd(mkostemp(&temporary[0], O_CLOEXEC));
  if (!fd.valid()) {
    return absl::ErrnoToStatus(errno, absl::StrCat("creating ", temporary));
  }
  if (absl::Status s = WriteAll(fd.get(), bytes); !s.ok()) {
    unlink(temporary.c_str());
    return absl::Status(s.code(),
                        absl::StrCat("writing ", temporary, ": ", s.message()));
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return absl::ErrnoToStatus(error, absl::StrCat("renaming to ", path));
  }
  return SyncPath(parent);
}

absl::Status SyncPath(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  // Some file systems cannot sync a folder, and say EINVAL.
  if (!fd.valid() || (fsync(fd.get()) != 0 && errno != EINVAL)) {
    return absl::ErrnoToStatus(errno, absl::StrCat("syncing ", path));
  }
  return absl::OkStatus();
}

absl::Status MakeFolders(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is there and is no folder"));
  }
  if (const std::string parent = ParentOf(path); parent != path) {
    RLMESH_RETURN_IF_ERROR(MakeFolders(parent));
  }
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::ErrnoToStatus(errno, absl::StrCat("making the folder ", path));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> CacheFolder(absl::string_view name) {
  std::string folder;
  const char* cache = getenv("RLMESH_CACHE");
  const char* home = getenv("HOME");
  if (cache != nullptr && cache[0] == '/') {
    folder = cache;
  } else if (cache != nullptr && cache[0] != '\0') {
    return absl::InvalidArgumentError(absl::StrCat(
        "RLMESH_CACHE is \"", cache, "\"; it must be an absolute path"));
  } else if (home != nullptr && home[0] == '/') {
    folder = absl::StrCat(home, "/.cache/rlmesh");
  } else {
    return absl::FailedPreconditionError(
        "there is no folder for RLMesh's files: set RLMESH_CACHE, or HOME, to "
        "an absolute path");
  }
  if (!name.empty()) absl::StrAppend(&folder, "/", name);
  if (absl::Status s = MakeFolders(folder); !s.ok()) {
    return absl::Status(
        s.code(), absl::StrCat(s.message(),
                               "; set RLMESH_CACHE to a folder that you can "
                               "write to"));
  }
  return folder;
}

}  // namespace rlmesh
