// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/bubblewrap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/launch/child_wait.h"

namespace rlmesh {
namespace {

bool IsFolder(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Folders that hold other people's business: files of users, and the sockets of
// services (an engine's would be a way out).
std::set<std::string> HiddenFolders() {
  std::set<std::string> hidden = {"/tmp"};
  for (const char* path : {"/home", "/root", "/run", "/var/tmp", "/var/run"}) {
    if (IsFolder(path)) hidden.insert(path);
  }
  const char* home = getenv("HOME");
  if (home != nullptr) {
    char* real = realpath(home, nullptr);
    if (real != nullptr && IsFolder(real) && absl::string_view(real) != "/") {
      hidden.insert(real);
    }
    free(real);
  }
  return hidden;
}

bool IsInside(absl::string_view path, absl::string_view folder) {
  return path == folder || absl::StartsWith(path, absl::StrCat(folder, "/"));
}

std::vector<std::string> World(const std::string& bwrap) {
  std::vector<std::string> command = {bwrap,
                                      "--unshare-all",
                                      "--die-with-parent",
                                      "--new-session",
                                      "--cap-drop",
                                      "ALL",
                                      "--ro-bind",
                                      "/",
                                      "/",
                                      "--dev",
                                      "/dev",
                                      "--proc",
                                      "/proc"};
  return command;
}

}  // namespace

absl::StatusOr<std::string> FindBubblewrap(int cancel_fd) {
  ChildProcessOptions options;
  options.argv = World("bwrap");
  options.argv.push_back("true");
  options.standard_error = ChildProcessOptions::Output::kCapture;
  absl::StatusOr<std::unique_ptr<ChildProcess>> child =
      ChildProcess::Start(std::move(options));
  if (!child.ok()) {
    return absl::FailedPreconditionError("bubblewrap is not installed");
  }
  absl::StatusOr<ExitStatus> exit =
      WaitOrCancel(**child, absl::Seconds(10), cancel_fd);
  if (absl::IsCancelled(exit.status())) return exit.status();
  if (!exit.ok() || !exit->ok()) {
    const std::string said = LastLines((*child)->OutputTail(), 1);
    return absl::FailedPreconditionError(
        absl::StrCat("bubblewrap does not work here (",
                     !said.empty() ? said
                     : exit.ok()   ? exit->ToString()
                                   : "no answer within 10 s",
                     ")"));
  }
  return "bwrap";
}

std::vector<std::string> BubblewrapCommand(
    const std::string& bwrap, const BubblewrapView& view, int info_fd,
    const std::vector<std::string>& argv) {
  std::vector<std::string> command = World(bwrap);
  const std::set<std::string> hidden = HiddenFolders();
  for (const std::string& folder : hidden) {
    command.insert(command.end(), {"--tmpfs", folder});
  }
  for (const std::string& path : view.read_only) {
    for (const std::string& folder : hidden) {
      if (!IsInside(path, folder)) continue;
      command.insert(command.end(), {"--ro-bind", path, path});
      break;
    }
  }
  for (const std::string& path : view.writable) {
    command.insert(command.end(), {"--bind", path, path});
  }
  command.insert(
      command.end(),
      {"--dir", view.home, "--setenv", "HOME", view.home, "--setenv", "TMPDIR",
       "/tmp", "--chdir", view.home, "--info-fd", absl::StrCat(info_fd), "--"});
  command.insert(command.end(), argv.begin(), argv.end());
  return command;
}

}  // namespace rlmesh
