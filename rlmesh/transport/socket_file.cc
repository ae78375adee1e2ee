// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/socket_file.h"

#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>

#include "absl/strings/str_cat.h"

namespace rlmesh {
namespace {

constexpr size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;

}  // namespace

std::string SocketFile::HiddenName(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  std::random_device random;
  while (true) {
    const std::string name =
        absl::StrCat(folder, ".", absl::Hex(random(), absl::kZeroPad8));
    if (name.size() > kLongestPath) return path;
    struct stat info;
    if (lstat(name.c_str(), &info) != 0) return name;
  }
}

absl::StatusOr<SocketFile> SocketFile::Publish(const std::string& from,
                                               const std::string& path,
                                               int mode) {
  const auto failed = [&path](const char* what) {
    const int error = errno;
    return absl::ErrnoToStatus(error,
                               absl::StrCat(what, " of the socket ", path));
  };
  SocketFile file;
  file.path_ = path;
  if (chmod(from.c_str(), mode) != 0) return failed("permissions");
  struct stat info;
  if (lstat(from.c_str(), &info) != 0) return failed("file");
  file.device_ = info.st_dev;
  file.inode_ = info.st_ino;
  if (from != path && rename(from.c_str(), path.c_str()) != 0) {
    return failed("name");
  }
  return file;
}

void SocketFile::Remove() {
  if (path_.empty()) return;
  struct stat info;
  if (lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ &&
      info.st_ino == inode_) {
    unlink(path_.c_str());
  }
  path_.clear();
}

}  // namespace rlmesh
