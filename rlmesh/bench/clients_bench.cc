// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/clients_bench.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/bench/load_client.h"
#include "rlmesh/bench/machine.h"
#include "rlmesh/json/json.h"
#include "rlmesh/launch/testing/server_process.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/channel.h"

namespace rlmesh {
namespace {

constexpr int kFewClients = 64;
constexpr int kShortestEpisode = 8;  // of CartPole, whatever one does
constexpr absl::Duration kPatience = absl::Minutes(60);
constexpr absl::Duration kLookAtServer = absl::Milliseconds(20);

// The clients of one round; cancels those that still play at its end.
class Crowd {
 public:
  ~Crowd() {
    for (const auto& client : clients_) client->Cancel();
    AwaitEnd(absl::InfiniteDuration());
  }

  absl::Status Connect(const Address& address, int count, int episodes) {
    for (int i = 0; i < count; ++i) {
      RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> channel,
                              ConnectChannel(address, {}));
      clients_.push_back(std::make_unique<LoadClient>(
          std::move(channel), episodes, int64_t{i} * episodes, [this] {
            absl::MutexLock lock(&mu_);
            --playing_;
          }));
    }
    return absl::OkStatus();
  }
  void Start() {
    {
      absl::MutexLock lock(&mu_);
      playing_ = static_cast<int>(clients_.size());
    }
    for (const auto& client : clients_) client->Start();
  }
  // Whether all have ended by then.
  bool AwaitEnd(absl::Duration timeout) {
    absl::MutexLock lock(&mu_);
    const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return playing_ == 0;
    };
    return mu_.AwaitWithTimeout(absl::Condition(&none), timeout);
  }
  bool AllPlay() {
    absl::MutexLock lock(&mu_);
    return playing_ == static_cast<int>(clients_.size());
  }
  int64_t steps() const {
    int64_t steps = 0;
    for (const auto& client : clients_) steps += client->steps();
    return steps;
  }
  int64_t episodes() const {
    int64_t episodes = 0;
    for (const auto& client : clients_) episodes += client->episodes();
    return episodes;
  }
  // Of the first that failed; after the end.
  absl::Status status() const {
    for (const auto& client : clients_) {
      RLMESH_RETURN_IF_ERROR(client->status());
    }
    return absl::OkStatus();
  }

 private:
  absl::Mutex mu_;
  int playing_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::unique_ptr<LoadClient>> clients_;
};

absl::StatusOr<ClientsBenchRow> PlayRound(const ClientsBenchOptions& options,
                                          int count) {
  RLMESH_ASSIGN_OR_RETURN(const TempDir folder, TempDir::Create("clients"));
  ServerProcessOptions program;
  program.argv = {options.env_server, "--native=cartpole",
                  absl::StrCat("--max_sessions=", count),
                  absl::StrCat("--address=unix://", folder.path(), "/s")};
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<ServerProcess> server,
                          ServerProcess::Start(std::move(program)));
  ClientsBenchRow row;
  row.clients = count;
  const int64_t least = options.min_steps / kShortestEpisode / count;
  const int episodes = static_cast<int>(
      std::max<int64_t>(options.episodes, std::min<int64_t>(least, 1000000)));
  row.episodes = int64_t{episodes} * count;

  Crowd crowd;
  RLMESH_RETURN_IF_ERROR(crowd.Connect(server->address(), count, episodes));
  const absl::Time start = absl::Now();
  crowd.Start();
  while (!crowd.AwaitEnd(kLookAtServer)) {
    if (absl::Now() - start > kPatience) {
      return absl::DeadlineExceededError(
          absl::StrCat("not done after ", absl::FormatDuration(kPatience)));
    }
    RLMESH_ASSIGN_OR_RETURN(const ServerProcess::Usage usage,
                            server->MeasureUsage());
    if (row.warm_bytes == 0 && crowd.episodes() >= row.episodes / 5) {
      row.warm_bytes = usage.resident_bytes;
      row.warm_descriptors = usage.descriptors;
    }
    if (crowd.AllPlay()) {
      row.end_bytes = usage.resident_bytes;
      row.end_descriptors = usage.descriptors;
      row.end_threads = usage.threads;
    }
  }
  row.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  RLMESH_RETURN_IF_ERROR(crowd.status());
  row.steps = crowd.steps();
  row.steps_per_second = row.steps / row.seconds;
  return row;
}

// The best that few clients reach; 0 when there were none.
double BestOfFew(const ClientsBenchResult& result) {
  double best = 0;
  for (const ClientsBenchRow& row : result.rows) {
    if (row.clients <= kFewClients) best = std::max(best, row.steps_per_second);
  }
  return best;
}

}  // namespace

absl::Status ClientsBenchOptions::Validate() const {
  for (const int count : clients) {
    if (count < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("clients has ", count, "; it must be 1 or more"));
    }
  }
  if (clients.empty() || episodes < 1 || min_steps < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "clients has ", clients.size(), " numbers, episodes is ", episodes,
        ", min_steps ", min_steps, "; they must be 1, 1 and 0 or more"));
  }
  if (env_server.empty()) {
    return absl::InvalidArgumentError(
        "env_server is empty; run this with tools/bazel run "
        "//rlmesh/bench:clients");
  }
  return absl::OkStatus();
}

absl::StatusOr<ClientsBenchResult> RunClientsBench(
    const ClientsBenchOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  ClientsBenchResult result;
  result.options = options;
  for (const int count : options.clients) {
    absl::StatusOr<ClientsBenchRow> row = PlayRound(options, count);
    if (!row.ok()) {
      return Annotate(row.status(), absl::StrCat(count, " clients"));
    }
    result.rows.push_back(*row);
  }
  return result;
}

std::string FormatClientsBench(const ClientsBenchResult& result) {
  constexpr double kMegabyte = 1e6;
  std::string out = absl::StrFormat(
      "%8s %10s %10s %10s %12s %12s %12s %8s\n", "clients", "episodes", "steps",
      "steps/s", "MB warm", "MB end", "descriptors", "threads");
  for (const ClientsBenchRow& row : result.rows) {
    absl::StrAppend(
        &out, absl::StrFormat(
                  "%8d %10d %10d %10.0f %12.1f %12.1f %5d to %4d %7d\n",
                  row.clients, row.episodes, row.steps, row.steps_per_second,
                  row.warm_bytes / kMegabyte, row.end_bytes / kMegabyte,
                  row.warm_descriptors, row.end_descriptors, row.end_threads));
  }
  const double best = BestOfFew(result);
  for (const ClientsBenchRow& row : result.rows) {
    if (row.clients <= kFewClients || best == 0) continue;
    absl::StrAppend(
        &out,
        absl::StrFormat("%d clients: %.2f of the best with 1 to %d (at "
                        "least 0.8 promised for 200)\n",
                        row.clients, row.steps_per_second / best, kFewClients));
  }
  return out;
}

std::string ClientsBenchJson(const ClientsBenchResult& result) {
  Json rows = Json::array();
  for (const ClientsBenchRow& row : result.rows) {
    rows.push_back({{"clients", row.clients},
                    {"episodes", row.episodes},
                    {"steps", row.steps},
                    {"seconds", row.seconds},
                    {"steps_per_second", row.steps_per_second},
                    {"warm_bytes", row.warm_bytes},
                    {"end_bytes", row.end_bytes},
                    {"warm_descriptors", row.warm_descriptors},
                    {"end_descriptors", row.end_descriptors},
                    {"threads", row.end_threads}});
  }
  Json points = Json::array();
  for (const ClientsBenchRow& row : result.rows) {
    points.push_back(Json::array({row.clients, row.steps_per_second}));
  }
  const Json series = {
      {"name", "native"}, {"what", "native CartPole-v1"}, {"points", points}};
  return PrintJson({{"benchmark", "clients"},
                    {"title", "Clients of one env_server, Unix socket"},
                    {"commit", result.options.commit},
                    {"machine", DescribeMachine()},
                    {"x", "clients"},
                    {"y", "steps a second of all of them"},
                    {"series", Json::array({series})},
                    {"results", rows}});
}

}  // namespace rlmesh
