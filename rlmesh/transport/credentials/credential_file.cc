// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/credential_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/fd.h"

namespace rlmesh {
namespace {

constexpr size_t kMaxBytes = 1 << 20;

absl::Status Refused(const std::string& path, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", why));
}

absl::Status Unreadable(const std::string& path, int error) {
  if (error == ENOENT) return Refused(path, "there is no such file");
  return Refused(path, absl::ErrnoToStatus(error, "reading").message());
}

}  // namespace

absl::StatusOr<std::string> ReadCredentialFile(const std::string& path,
                                               Privacy privacy) {
  // A pipe without a writer must not keep us waiting.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return Unreadable(path, errno);
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return Unreadable(path, errno);
  if (!S_ISREG(info.st_mode)) return Refused(path, "it is no regular file");
  if (privacy == Privacy::kSecret &&
      (info.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return Refused(
        path,
        absl::StrCat("it is a secret, and every user of this machine can ",
                     (info.st_mode & S_IROTH) != 0 ? "read" : "write",
                     " it; run chmod o-rw ", path));
  }
  std::string bytes;
  char buffer[4096];
  while (true) {
    const ssize_t n = read(fd.get(), buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Unreadable(path, errno);
    if (n == 0) return bytes;
    if (bytes.size() + n > kMaxBytes) {
      return Refused(path,
                     absl::StrCat("it is longer than ", kMaxBytes, " bytes"));
    }
    bytes.append(buffer, n);
  }
}

}  // namespace rlmesh
