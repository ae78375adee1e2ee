// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A machine made of files.

#ifndef RLMESH_BASE_TESTING_FAKE_MACHINE_H_
#define RLMESH_BASE_TESTING_FAKE_MACHINE_H_

#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {

// Lays out what ProcTable reads, below root(). For tests; one thread.
//
// Example:
//   FakeMachine machine;
//   machine.AddProcess(100, /*start_time=*/5000);
//   ProcTable table(machine.root());
class FakeMachine {
 public:
  FakeMachine() {
    SetBootId("boot-1");
    SetMachineId("machine-1");
    SetPidNamespace("pid:[1]");
  }

  const std::string& root() const { return dir_->path(); }

  void SetBootId(absl::string_view id) {
    Write("/proc/sys/kernel/random/boot_id", absl::StrCat(id, "\n"));
  }
  void SetMachineId(absl::string_view id) {
    Write("/etc/machine-id", absl::StrCat(id, "\n"));
  }
  void SetPidNamespace(const std::string& name) {
    const std::string path = root() + "/proc/self/ns/pid";
    std::filesystem::create_directories(root() + "/proc/self/ns");
    std::filesystem::remove(path);
    std::filesystem::create_symlink(name, path);
  }

  // `variable` is one of its environment. `state` is R, S, Z ...
  void AddProcess(pid_t pid, uint64_t start_time, pid_t group = 1,
                  absl::string_view variable = "", char state = 'S') {
    const std::string folder = absl::StrCat("/proc/", pid);
    // A name chosen to mislead.
    Write(folder + "/stat",
          absl::StrCat(pid, " (a) R 1) ", std::string(1, state), " 1 ", group,
                       " 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ", start_time,
                       " 1 1\n"));
    Write(folder + "/environ", absl::StrCat("HOME=/", std::string(1, '\0'),
                                            variable, std::string(1, '\0')));
  }

  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path full = root() + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full, std::ios::binary) << text;
  }

 private:
  absl::StatusOr<TempDir> dir_ = TempDir::Create("machine");
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_TESTING_FAKE_MACHINE_H_
