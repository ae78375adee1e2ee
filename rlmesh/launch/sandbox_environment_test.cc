// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/sandbox_environment.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/proc_table.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/launch/server_binary.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

class SandboxEnvironmentTest : public testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    absl::StatusOr<std::string> server = FindServer("env_server", "");
    RLMESH_ASSERT_OK(server);
    options_.server = {*server, "--native=cartpole"};
    options_.what = "cartpole";
    options_.leases_folder = dir_->path() + "/leases";
  }

  int Leases() {
    int count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(options_.leases_folder)) {
      count += entry.path().extension() == ".json";
    }
    return count;
  }

  std::unique_ptr<Environment> Make(SandboxEnvironmentFactory* factory) {
    auto environment = factory->Create();
    EXPECT_THAT(environment, IsOk());
    return environment.ok() ? *std::move(environment) : nullptr;
  }

  // To the server itself, as the kernel does when memory is short.
  void SignalServer(int signal) {
    const ProcTable table;
    for (const ProcessInfo& process : table.All()) {
      if (table.HasVariable(process.pid, "LC_RLMESH_TEST=" + mark_)) {
        kill(process.pid, signal);
      }
    }
  }

  const std::string mark_ = std::to_string(getpid());
  absl::StatusOr<TempDir> dir_ = TempDir::Create("sbxenv-test");
  ProcessSandboxOptions options_;
  Observation observation_;
  std::vector<std::unique_ptr<Environment>> environments_;
};

TEST_F(SandboxEnvironmentTest, MakesEnvironmentsUntilItIsClosed) {
  auto factory = SandboxEnvironmentFactory::Start(options_, {});
  RLMESH_ASSERT_OK(factory);
  EXPECT_EQ((*factory)->contract().num_envs, 1);
  EXPECT_EQ(Leases(), 1);
  // Two sessions with one server.
  for (int i = 0; i < 2; ++i) environments_.push_back(Make(factory->get()));
  EXPECT_EQ(Leases(), 1);
  for (const auto& environment : environments_) {
    RLMESH_EXPECT_OK(environment->Reset({}, &observation_));
    EXPECT_EQ(observation_.value.size(), 1);
  }
  for (const auto& environment : environments_) {
    RLMESH_EXPECT_OK(environment->Close());
  }

  const absl::Time start = absl::Now();
  environments_.clear();
  RLMESH_EXPECT_OK((*factory)->Close());
  // An orderly end waits for nothing.
  EXPECT_LT(absl::Now() - start, absl::Seconds(3));
  EXPECT_EQ(Leases(), 0);
  RLMESH_EXPECT_OK((*factory)->Close());
  EXPECT_THAT(
      (*factory)->Create(),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is closed")));
  EXPECT_EQ((*factory)->contract().num_envs, 1);
}

TEST_F(SandboxEnvironmentTest, TheDestructorLeavesNothing) {
  RLMESH_ASSERT_OK(SandboxEnvironmentFactory::Start(options_, {}));
  EXPECT_EQ(Leases(), 0);
}

TEST_F(SandboxEnvironmentTest, SaysHowTheServerEndedAndStartsAnother) {
  setenv("LC_RLMESH_TEST", mark_.c_str(), 1);
  options_.use_bubblewrap = false;
  auto factory = SandboxEnvironmentFactory::Start(options_, {});
  RLMESH_ASSERT_OK(factory);
  for (int life = 0; life < 3; ++life) {
    std::unique_ptr<Environment> environment = Make(factory->get());
    RLMESH_ASSERT_OK(environment->Reset({}, &observation_));
    SignalServer(SIGKILL);
    EXPECT_THAT(environment->Reset({}, &observation_),
                StatusIs(absl::StatusCode::kUnavailable,
                         HasSubstr("killed by signal 9")));
    environment.reset();
    // Of the one that ended, nothing is left beside the next one.
    environment = Make(factory->get());
    RLMESH_EXPECT_OK(environment->Reset({}, &observation_));
    EXPECT_EQ(Leases(), 1);
  }
  unsetenv("LC_RLMESH_TEST");
  RLMESH_EXPECT_OK((*factory)->Abandon());
  EXPECT_EQ(Leases(), 0);
}

TEST_F(SandboxEnvironmentTest, AServerThatIsStoppedIsReplaced) {
  setenv("LC_RLMESH_TEST", mark_.c_str(), 1);
  options_.use_bubblewrap = false;
  auto factory = SandboxEnvironmentFactory::Start(options_, {});
  RLMESH_ASSERT_OK(factory);
  std::unique_ptr<Environment> environment = Make(factory->get());
  RLMESH_ASSERT_OK(environment->Reset({}, &observation_));
  SignalServer(SIGSTOP);
  ResetRequest reset;
  reset.timeout = absl::Milliseconds(200);
  EXPECT_THAT(environment->Reset(reset, &observation_),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  environment.reset();
  environment = Make(factory->get());
  unsetenv("LC_RLMESH_TEST");
  RLMESH_EXPECT_OK(environment->Reset({}, &observation_));
  RLMESH_EXPECT_OK((*factory)->Abandon());
  EXPECT_EQ(Leases(), 0);
}

TEST_F(SandboxEnvironmentTest, AServerThatDoesNotStartIsExplained) {
  options_.server.back() = "--native=cartpol";
  EXPECT_THAT(
      SandboxEnvironmentFactory::Start(options_, {}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("cartpol")));
  EXPECT_EQ(Leases(), 0);
}

}  // namespace
}  // namespace rlmesh
