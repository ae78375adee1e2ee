// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// tools/bazel run //rlmesh/bench:clients [-- --clients=200 --episodes=500]

#include <limits.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/logging.h"
#include "rlmesh/bench/clients_bench.h"
#include "tools/version/version.h"

ABSL_FLAG(std::vector<std::string>, clients,
          std::vector<std::string>({"1", "2", "4", "8", "16", "32", "64",
                                    "200"}),
          "How many at once, one round a number.");
ABSL_FLAG(int, episodes, 50, "Episodes that each client plays at least.");
ABSL_FLAG(int64_t, min_steps, 20000,
          "Steps of a round at least: few clients play more episodes.");
ABSL_FLAG(bool, json, false, "Print one JSON object instead of a table.");
ABSL_FLAG(std::string, env_server, "", "The server to measure.");

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("Many clients of one env_server.");
  absl::ParseCommandLine(argc, argv);
  rlmesh::StartLogging(argv[0], {});
  rlmesh::ClientsBenchOptions options;
  options.clients.clear();
  for (const std::string& text : absl::GetFlag(FLAGS_clients)) {
    int count = 0;
    if (!absl::SimpleAtoi(text, &count)) {
      std::cerr << "clients: --clients has \"" << text
                << "\"; write numbers like --clients=1,64,200" << std::endl;
      return 2;
    }
    options.clients.push_back(count);
  }
  options.episodes = absl::GetFlag(FLAGS_episodes);
  options.min_steps = absl::GetFlag(FLAGS_min_steps);
  char server[PATH_MAX];
  if (realpath(absl::GetFlag(FLAGS_env_server).c_str(), server) != nullptr) {
    options.env_server = server;
  }
  options.commit = std::string(rlmesh::Commit());
  const auto result = rlmesh::RunClientsBench(options);
  if (!result.ok()) {
    std::cerr << "clients: " << result.status().message() << std::endl;
    return 1;
  }
  std::cout << (absl::GetFlag(FLAGS_json)
                    ? absl::StrCat(rlmesh::ClientsBenchJson(*result), "\n")
                    : rlmesh::FormatClientsBench(*result))
            << std::flush;
  return 0;
}
