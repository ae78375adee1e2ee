// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/machine.h"

#include <sys/utsname.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace rlmesh {
namespace {

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "model name")) {
      const std::vector<std::string> parts =
          absl::StrSplit(line, absl::MaxSplits(": ", 1));
      return parts.back();
    }
  }
  return "unknown";
}

}  // namespace

Json DescribeMachine() {
  utsname system;
  if (uname(&system) != 0) system.release[0] = '\0';
  return {{"cpu", CpuModel()},
          {"cores", std::thread::hardware_concurrency()},
          {"kernel", system.release}};
}

}  // namespace rlmesh
