// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/sandbox_environment.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

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

  // Kills the server itself, as the kernel does when memory is short.
  void KillServer() {
    const ProcTable table;
    for (const ProcessInfo& process : table.All()) {
      if (table.HasVariable(process.pid, "LC_RLMESH_TEST=" + mark_)) {
        table.Kill(process);
      }
    }
  }

  const std::string mark_ = std::to_string(getpid());
  absl::StatusOr<TempDir> dir_ = TempDir::Create("sbxenv-test");
  ProcessSandboxOptions options_;
};

TEST_F(SandboxEnvironmentTest, IsAnEnvironmentUntilItIsClosed) {
  absl::StatusOr<std::unique_ptr<SandboxEnvironment>> env =
      SandboxEnvironment::Start(options_, {});
  RLMESH_ASSERT_OK(env);
  EXPECT_EQ((*env)->contract().num_envs, 1);
  EXPECT_EQ(Leases(), 1);
  Observation observation;
  const int64_t seeds[] = {7};
  ResetRequest reset;
  reset.seeds = seeds;
  RLMESH_ASSERT_OK((*env)->Reset(reset, &observation));
  EXPECT_EQ(observation.value.size(), 1);

  const absl::Time start = absl::Now();
  RLMESH_EXPECT_OK((*env)->Close());
  // An orderly end waits for nothing.
  EXPECT_LT(absl::Now() - start, absl::Seconds(3));
  EXPECT_EQ(Leases(), 0);
  RLMESH_EXPECT_OK((*env)->Close());
  EXPECT_THAT(
      (*env)->Reset(reset, &observation),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is closed")));
  EXPECT_EQ((*env)->contract().num_envs, 1);
}

TEST_F(SandboxEnvironmentTest, TheDestructorLeavesNothing) {
  RLMESH_ASSERT_OK(SandboxEnvironment::Start(options_, {}));
  EXPECT_EQ(Leases(), 0);
}

TEST_F(SandboxEnvironmentTest, SaysHowTheServerEnded) {
  setenv("LC_RLMESH_TEST", mark_.c_str(), 1);
  options_.use_bubblewrap = false;
  absl::StatusOr<std::unique_ptr<SandboxEnvironment>> env =
      SandboxEnvironment::Start(options_, {});
  unsetenv("LC_RLMESH_TEST");
  RLMESH_ASSERT_OK(env);
  Observation observation;
  RLMESH_ASSERT_OK((*env)->Reset({}, &observation));
  KillServer();
  EXPECT_THAT((*env)->Reset({}, &observation),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("killed by signal 9")));
  RLMESH_EXPECT_OK((*env)->Abandon());
  EXPECT_EQ(Leases(), 0);
}

TEST_F(SandboxEnvironmentTest, AServerThatDoesNotStartIsExplained) {
  options_.server.back() = "--native=cartpol";
  EXPECT_THAT(
      SandboxEnvironment::Start(options_, {}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("cartpol")));
  EXPECT_EQ(Leases(), 0);
}

}  // namespace
}  // namespace rlmesh
