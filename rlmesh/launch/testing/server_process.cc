// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/testing/server_process.h"

#include <dirent.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

// What the watching thread of the process tells us.
struct Ready {
  absl::Mutex mu;
  std::string address ABSL_GUARDED_BY(mu);
};

constexpr absl::Duration kLookAtProcess = absl::Milliseconds(50);

// How many entries a folder of /proc has.
absl::StatusOr<int> CountEntries(const std::string& folder) {
  DIR* const dir = opendir(folder.c_str());
  if (dir == nullptr) return absl::ErrnoToStatus(errno, folder);
  int count = 0;
  while (const dirent* entry = readdir(dir)) count += entry->d_name[0] != '.';
  closedir(dir);
  return count;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(
    ServerProcessOptions options) {
  auto ready = std::make_shared<Ready>();
  ChildProcessOptions child;
  child.argv = std::move(options.argv);
  child.env = std::move(options.env);
  child.standard_output = ChildProcessOptions::Output::kCapture;
  child.on_line = [ready](absl::string_view line) {
    if (!absl::ConsumePrefix(&line, "READY ")) return;
    absl::MutexLock lock(&ready->mu);
    ready->address = std::string(line);
  };
  const std::string name = child.argv[0];
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<ChildProcess> process,
                          ChildProcess::Start(std::move(child)));
  const absl::Time deadline = SteadyNow() + options.timeout;
  std::string address;
  while (true) {
    {
      absl::MutexLock lock(&ready->mu);
      const auto told = [&ready]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(ready->mu) {
        return !ready->address.empty();
      };
      ready->mu.AwaitWithTimeout(absl::Condition(&told), kLookAtProcess);
      address = ready->address;
    }
    if (!address.empty()) break;
    if (process->exit_status()) {
      return absl::UnavailableError(absl::StrCat(
          name, " ", process->exit_status()->ToString(), "; see above"));
    }
    if (SteadyNow() > deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat(name, " was not ready within ",
                       absl::FormatDuration(options.timeout), "; see above"));
    }
  }
  RLMESH_ASSIGN_OR_RETURN(Address where, Address::ForConnect(address));
  return std::unique_ptr<ServerProcess>(
      new ServerProcess(std::move(process), std::move(where)));
}

absl::StatusOr<ServerProcess::Usage> ServerProcess::MeasureUsage() const {
  const std::string folder = absl::StrCat("/proc/", process_->pid());
  Usage usage;
  RLMESH_ASSIGN_OR_RETURN(usage.descriptors, CountEntries(folder + "/fd"));
  RLMESH_ASSIGN_OR_RETURN(usage.threads, CountEntries(folder + "/task"));
  const std::string statm = folder + "/statm";
  std::FILE* const file = std::fopen(statm.c_str(), "re");
  if (file == nullptr) return absl::ErrnoToStatus(errno, statm);
  long pages = 0;
  const int found = std::fscanf(file, "%*d %ld", &pages);
  std::fclose(file);
  if (found != 1) return absl::InternalError(absl::StrCat(statm, " is odd"));
  usage.resident_bytes = int64_t{pages} * sysconf(_SC_PAGESIZE);
  return usage;
}

}  // namespace rlmesh
