// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/proc_table.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

// Fields of /proc/PID/stat behind the name, which may hold blanks and ')'.
constexpr int kState = 0;
constexpr int kParent = 1;
constexpr int kGroup = 2;
constexpr int kStartTime = 19;

// How often an empty environment is read again, and after how long.
constexpr int kEnvironmentReads = 5;
constexpr int kEnvironmentPauseMicros = 2000;

// How long a killed process may take to end.
constexpr int kEndMillis = 2000;

// A process may start others while it is being killed.
constexpr int kKillRounds = 10;

std::string FirstLine(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, 4096);
  if (!text.ok()) return "";
  return std::string(absl::StripAsciiWhitespace(
      absl::string_view(*text).substr(0, text->find('\n'))));
}

}  // namespace

absl::StatusOr<ProcessInfo> ProcTable::Look(pid_t pid) const {
  const std::string path = absl::StrCat(root_, "/proc/", pid, "/stat");
  RLMESH_ASSIGN_OR_RETURN(std::string stat, ReadFile(path, 65536));
  const size_t name_end = stat.rfind(") ");
  const std::vector<absl::string_view> fields =
      absl::StrSplit(name_end == std::string::npos
                         ? absl::string_view()
                         : absl::string_view(stat).substr(name_end + 2),
                     ' ');
  ProcessInfo process;
  process.pid = pid;
  if (fields.size() <= kStartTime ||
      !absl::SimpleAtoi(fields[kParent], &process.parent) ||
      !absl::SimpleAtoi(fields[kGroup], &process.group) ||
      !absl::SimpleAtoi(fields[kStartTime], &process.start_time)) {
    return absl::InternalError(absl::StrCat(path, " is not readable: ", stat));
  }
  process.has_ended = fields[kState] == "Z" || fields[kState] == "X";
  return process;
}

std::vector<ProcessInfo> ProcTable::All() const {
  std::vector<ProcessInfo> processes;
  std::error_code error;
  for (std::filesystem::directory_iterator it(root_ + "/proc", error), end;
       !error && it != end; it.increment(error)) {
    pid_t pid;
    if (!absl::SimpleAtoi(it->path().filename().string(), &pid)) continue;
    absl::StatusOr<ProcessInfo> process = Look(pid);
    if (process.ok()) processes.push_back(*process);
  }
  return processes;
}

bool ProcTable::HasVariable(pid_t pid, absl::string_view variable) const {
  const std::string folder = absl::StrCat(root_, "/proc/", pid);
  for (int attempt = 0; attempt < kEnvironmentReads; ++attempt) {
    absl::StatusOr<std::string> environment = ReadFile(folder + "/environ");
    if (!environment.ok()) return false;
    for (absl::string_view entry : absl::StrSplit(*environment, '\0')) {
      if (entry == variable) return true;
    }
    if (!environment->empty()) return false;
    // A process in the middle of exec has none for a moment; a thread of the
    // kernel, which has no memory, never has one.
    absl::StatusOr<std::string> memory = ReadFile(folder + "/statm", 4096);
    if (!memory.ok() || absl::StartsWith(*memory, "0 ")) return false;
    usleep(kEnvironmentPauseMicros);
  }
  return false;
}

MachineIdentity ProcTable::Machine() const {
  MachineIdentity machine;
  machine.boot_id = FirstLine(root_ + "/proc/sys/kernel/random/boot_id");
  machine.machine_id = FirstLine(root_ + "/etc/machine-id");
  char link[64];
  const ssize_t size =
      readlink((root_ + "/proc/self/ns/pid").c_str(), link, sizeof(link));
  if (size > 0) machine.pid_namespace.assign(link, size);
  return machine;
}

bool ProcTable::Kill(const ProcessInfo& process) const {
  UniqueFd fd(syscall(SYS_pidfd_open, process.pid, 0));
  if (!fd.valid()) return false;
  // From here on the descriptor is of one process: see whether of the right
  // one.
  absl::StatusOr<ProcessInfo> now = Look(process.pid);
  if (!now.ok() || now->start_time != process.start_time) return false;
  if (syscall(SYS_pidfd_send_signal, fd.get(), SIGKILL, nullptr, 0) != 0) {
    return false;
  }
  pollfd ended = {fd.get(), POLLIN, 0};
  poll(&ended, 1, kEndMillis);
  return true;
}

void ProcTable::KillMarked(absl::string_view variable) const {
  for (int round = 0; round < kKillRounds; ++round) {
    bool found = false;
    for (const ProcessInfo& process : All()) {
      if (process.has_ended || process.pid == getpid() ||
          !HasVariable(process.pid, variable)) {
        continue;
      }
      found = Kill(process) || found;
    }
    if (!found) return;
  }
}

}  // namespace rlmesh
