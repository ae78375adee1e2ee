// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Our driver on environments and models of every kind of space, both served
// with the published package: step for step what it plays on the same ones in
// workers of its own.

#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/driver/run.h"
#include "rlmesh/env/python/python_worker_factory.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/model/python_worker_model.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/worker/testing/python_for_tests.h"

namespace rlmesh {
namespace {

constexpr int kEpisodes = 3;
constexpr int kSteps = 10;  // of an episode of sampled_envs.py

// Every environment and model of sampled_envs.py and served_policies.py.
class PublishedServers {
 public:
  PublishedServers() {
    ChildProcessOptions options;
    options.argv = {std::getenv("PUBLISHED_PEER"), "kinds"};
    options.standard_output = ChildProcessOptions::Output::kCapture;
    options.on_line = [this](absl::string_view line) {
      if (line == "DONE") done_.Notify();
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      if (words.size() != 4 || words[0] != "READY") return;
      addresses_[absl::StrCat(words[1], " ", words[2])] = words[3];
    };
    auto child = ChildProcess::Start(options);
    EXPECT_THAT(child, IsOk());
    child_ = *std::move(child);
    EXPECT_TRUE(done_.WaitForNotificationWithTimeout(absl::Seconds(100)));
  }

  Address at(const std::string& kind, const std::string& name) const {
    const auto address =
        Address::ForConnect(addresses_.at(absl::StrCat(kind, " ", name)));
    EXPECT_THAT(address, IsOk());
    return *address;
  }

 private:
  std::map<std::string, std::string> addresses_;  // const once done_
  absl::Notification done_;
  std::unique_ptr<ChildProcess> child_;  // ends first
};

std::string Text(ValueView value) {
  return absl::StrJoin(value.leaves(), " ",
                       [](std::string* out, absl::string_view leaf) {
                         absl::StrAppend(out, absl::BytesToHexString(leaf));
                       });
}

// Everything that a run does, a line a step.
class Recorder : public Hook {
 public:
  absl::Status OnStep(const StepEvent& event) override {
    lines.push_back(absl::StrCat(
        event.seed, ".", event.step, ": ", Text(event.observation), " -> ",
        Text(event.action), " -> ", Text(event.next.value), " ", event.reward,
        " ", event.terminated, event.truncated));
    actions.push_back(Text(event.action));
    return absl::OkStatus();
  }
  std::vector<std::string> lines;
  std::vector<std::string> actions;
};

class KindsTest : public ::testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() { servers_ = new PublishedServers; }
  static void TearDownTestSuite() { delete servers_; }

  static WorkerProcessOptions Process() {
    WorkerProcessOptions process = PythonWithGymnasium();
    process.working_dir =
        absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                     std::getenv("TEST_WORKSPACE"), "/rlmesh/cli/published");
    return process;
  }

  static std::string Kwargs() {
    return absl::StrCat("{\"kind\": \"", GetParam(), "\"}");
  }

  Recorder Play(EnvironmentFactory* factory, Model* model, int horizon) {
    Recorder recorder;
    auto env = factory->Create();
    EXPECT_THAT(env, IsOk());
    if (!env.ok()) return recorder;
    RunOptions options;
    options.episodes = kEpisodes;
    options.seed = 7;
    options.session.execution_horizon = horizon;
    options.hooks = {&recorder};
    const RunResult result = rlmesh::Run(env->get(), model, options).Play();
    EXPECT_THAT(result.status, IsOk());
    EXPECT_THAT((*env)->Close(), IsOk());
    return recorder;
  }

  // In workers of our own.
  std::unique_ptr<EnvironmentFactory> NearEnvironments() {
    PythonEnvironmentOptions options;
    options.entrypoint = "sampled_envs:Sampled";
    options.kwargs = Kwargs();
    options.process = Process();
    auto factory = PythonWorkerFactory::Create(options);
    EXPECT_THAT(factory, IsOk());
    return factory.ok() ? *std::move(factory) : nullptr;
  }

  std::unique_ptr<Model> NearModel(const std::string& policy) {
    PythonModelOptions options;
    options.entrypoint = absl::StrCat("served_policies:", policy);
    options.kwargs = Kwargs();
    options.process = Process();
    auto model = PythonWorkerModel::Create(options);
    EXPECT_THAT(model, IsOk());
    return model.ok() ? *std::move(model) : nullptr;
  }

  Recorder PlayFar(const std::string& policy, int horizon) {
    auto factory =
        RemoteEnvironmentFactory::Connect(servers_->at(GetParam(), "env"), {});
    RemoteModelOptions options;
    options.execution_horizon = horizon;
    auto model =
        RemoteModel::Connect(servers_->at(GetParam(), policy), options);
    EXPECT_THAT(factory, IsOk());
    EXPECT_THAT(model, IsOk());
    if (!factory.ok() || !model.ok()) return Recorder();
    return Play(factory->get(), model->get(), horizon);
  }

  static PublishedServers* servers_;
};

PublishedServers* KindsTest::servers_ = nullptr;

TEST_P(KindsTest, EveryObservationAndActionIsThatOfTheRunNearby) {
  const auto environments = NearEnvironments();
  ASSERT_NE(environments, nullptr);
  for (const std::string policy : {"ByDigest", "Chunked"}) {
    const auto model = NearModel(policy);
    ASSERT_NE(model, nullptr);
    for (int horizon : {1, 3}) {
      // The published package takes no chunks of tuples, whatever their form.
      if (GetParam() == "tuple" && policy == "Chunked" && horizon > 1) continue;
      SCOPED_TRACE(absl::StrCat(policy, ", execution_horizon=", horizon));
      const Recorder far = PlayFar(policy, horizon);
      const Recorder near = Play(environments.get(), model.get(), horizon);
      ASSERT_EQ(far.lines.size(), kEpisodes * kSteps);
      ASSERT_EQ(near.lines.size(), kEpisodes * kSteps);
      for (size_t i = 0; i < far.lines.size(); ++i) {
        ASSERT_EQ(far.lines[i], near.lines[i]);
      }
      // Not one action over and over.
      EXPECT_GT(
          std::set<std::string>(far.actions.begin(), far.actions.end()).size(),
          3);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryKind, KindsTest,
                         ::testing::Values("scalar", "dict", "tuple", "text",
                                           "image"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace rlmesh
