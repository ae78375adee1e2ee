// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/process_sandbox.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/proc_table.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/cleanup/reaper.h"
#include "rlmesh/launch/bubblewrap.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

bool CanConnect(absl::string_view address) {
  absl::ConsumePrefix(&address, "unix://");
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  memcpy(name.sun_path, address.data(), address.size());
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)) ==
         0;
}

// The parameter: whether bubblewrap is used.
class ProcessSandboxTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    if (GetParam()) {
      RLMESH_ASSERT_OK(FindBubblewrap(-1))
          << "install it: apt-get install bubblewrap";
    }
    const std::string script = std::filesystem::canonical(
        absl::StrCat(getenv("TEST_SRCDIR"), "/", getenv("TEST_WORKSPACE"),
                     "/rlmesh/launch/testing/fake_server.py"));
    options_.server = {"/usr/bin/python3", script};
    options_.read_only = {script};
    options_.what = "Test-v0";
    options_.use_bubblewrap = GetParam();
    options_.leases_folder = dir_->path() + "/leases";
  }

  absl::StatusOr<std::unique_ptr<ProcessSandbox>> Start(
      const std::string& mode, std::vector<std::string> more = {}) {
    ProcessSandboxOptions options = options_;
    options.server.push_back("--mode=" + mode);
    options.server.insert(options.server.end(), more.begin(), more.end());
    return ProcessSandbox::Start(options);
  }

  // Neither a lease, nor a folder, nor a process with its token.
  void ExpectNothingLeft() {
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(options_.leases_folder)) {
      files += entry.path().filename() != ".lock";
    }
    EXPECT_EQ(files, 0);
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("psbx-test");
  ProcessSandboxOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Isolation, ProcessSandboxTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "Bubblewrap" : "Plain";
                         });

TEST_P(ProcessSandboxTest, ServesUntilItIsStoppedAndLeavesNothing) {
  absl::StatusOr<std::unique_ptr<ProcessSandbox>> sandbox = Start("serve");
  RLMESH_ASSERT_OK(sandbox);
  EXPECT_EQ((*sandbox)->isolation(),
            GetParam() ? "bubblewrap" : "none (switched off)");
  const std::string address = (*sandbox)->address();
  EXPECT_TRUE(CanConnect(address));
  RLMESH_EXPECT_OK((*sandbox)->Stop(absl::Seconds(10)));
  EXPECT_THAT((*sandbox)->LogTail(), HasSubstr("told to end"));
  EXPECT_FALSE(CanConnect(address));
  RLMESH_EXPECT_OK((*sandbox)->Stop(absl::Seconds(10)));
  ExpectNothingLeft();
}

TEST_P(ProcessSandboxTest, WhatTheServerStartedEndsWithIt) {
  // One of the few variables that pass into the sandbox, and so on.
  const std::string mark = absl::StrCat("LC_RLMESH_TEST=", getpid());
  setenv("LC_RLMESH_TEST", absl::StrCat(getpid()).c_str(), 1);
  absl::StatusOr<std::unique_ptr<ProcessSandbox>> sandbox = Start("serve");
  RLMESH_ASSERT_OK(sandbox);
  const auto count = [&mark] {
    const ProcTable table;
    int found = 0;
    for (const ProcessInfo& process : table.All()) {
      found += !process.has_ended && table.HasVariable(process.pid, mark);
    }
    return found;
  };
  EXPECT_GE(count(), 2);
  RLMESH_EXPECT_OK((*sandbox)->Stop(absl::Seconds(10)));
  EXPECT_EQ(count(), 0);
  unsetenv("LC_RLMESH_TEST");
}

TEST_P(ProcessSandboxTest, AServerThatIgnoresTheSignalIsKilled) {
  absl::StatusOr<std::unique_ptr<ProcessSandbox>> sandbox = Start("stubborn");
  RLMESH_ASSERT_OK(sandbox);
  const absl::Time start = absl::Now();
  RLMESH_EXPECT_OK((*sandbox)->Stop(absl::Milliseconds(200)));
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_NE((*sandbox)->exit_status(), absl::nullopt);
  ExpectNothingLeft();
}

TEST_P(ProcessSandboxTest, TheLastWordOfAServerThatEndsIsTheError) {
  absl::StatusOr<std::unique_ptr<ProcessSandbox>> sandbox = Start("die");
  EXPECT_THAT(sandbox, StatusIs(absl::StatusCode::kFailedPrecondition,
                                "there is no such thing"));
  EXPECT_THAT(GetErrorDetails(sandbox.status()).traceback, "more about it\n");
  ExpectNothingLeft();
  absl::StatusOr<std::unique_ptr<ProcessSandbox>> crashed = Start("crash");
  EXPECT_THAT(crashed, StatusIs(absl::StatusCode::kFailedPrecondition,
                                HasSubstr("ended before it was ready")));
  EXPECT_THAT(GetErrorDetails(crashed.status()).traceback,
              HasSubstr("about to crash"));
  ExpectNothingLeft();
}

TEST_P(ProcessSandboxTest, AServerThatHangsMeetsTheDeadline) {
  options_.start_timeout = absl::Milliseconds(700);
  absl::StatusOr<std::unique_ptr<ProcessSandbox>> sandbox = Start("hang");
  EXPECT_THAT(sandbox, StatusIs(absl::StatusCode::kDeadlineExceeded,
                                AllOf(HasSubstr("Test-v0"),
                                      HasSubstr("--start_timeout"))));
  ExpectNothingLeft();
}

TEST_P(ProcessSandboxTest, AStrangerIsNotTakenForTheServer) {
  EXPECT_THAT(Start("stranger"),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("HELLO")));
}

TEST_P(ProcessSandboxTest, AStartCanBeCancelled) {
  UniqueFd cancel(eventfd(1, EFD_CLOEXEC));
  options_.cancel_fd = cancel.get();
  EXPECT_THAT(Start("hang"), StatusIs(absl::StatusCode::kCancelled));
}

TEST_P(ProcessSandboxTest, SecretsOfTheEnvironmentStayOutside) {
  setenv("SECRET_TOKEN", "hush", 1);
  absl::StatusOr<std::unique_ptr<ProcessSandbox>> sandbox = Start("serve");
  RLMESH_ASSERT_OK(sandbox);
  EXPECT_THAT((*sandbox)->LogTail(),
              AllOf(HasSubstr("token=none"), HasSubstr("write_home=True")));
}

TEST_P(ProcessSandboxTest, AKillOfTheOwnerLeavesOnlyWhatTheReaperRemoves) {
  const pid_t pid = fork();
  if (pid == 0) {
    absl::StatusOr<std::unique_ptr<ProcessSandbox>> sandbox = Start("serve");
    if (sandbox.ok()) raise(SIGKILL);
    _exit(1);
  }
  int status;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFSIGNALED(status));
  ReaperOptions reaper;
  reaper.leases_folder = options_.leases_folder;
  absl::StatusOr<std::vector<SweptLease>> swept = Sweep(reaper);
  RLMESH_ASSERT_OK(swept);
  ASSERT_EQ(swept->size(), 1);
  EXPECT_EQ((*swept)[0].outcome, SweptLease::Outcome::kReaped);
  EXPECT_EQ((*swept)[0].what, "Test-v0");
  ExpectNothingLeft();
}

TEST(BubblewrapTest, TheSandboxSeesTheMachineReadOnlyAndNoNetwork) {
  absl::StatusOr<TempDir> dir = TempDir::Create("view-test");
  RLMESH_ASSERT_OK(dir);
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(name);
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&name), size), 0);
  ASSERT_EQ(listen(listener.get(), 8), 0);
  ASSERT_EQ(
      getsockname(listener.get(), reinterpret_cast<sockaddr*>(&name), &size),
      0);
  const std::string secret = dir->path() + "/secret";
  std::ofstream(secret) << "x";

  ProcessSandboxOptions options;
  const std::string script = std::filesystem::canonical(
      absl::StrCat(getenv("TEST_SRCDIR"), "/", getenv("TEST_WORKSPACE"),
                   "/rlmesh/launch/testing/fake_server.py"));
  options.read_only = {script};
  options.leases_folder = dir->path() + "/leases";
  for (const bool use : {true, false}) {
    options.server = {"/usr/bin/python3", script, "--mode=serve",
                      "--secret=" + secret,
                      absl::StrCat("--port=", ntohs(name.sin_port))};
    options.use_bubblewrap = use;
    absl::StatusOr<std::unique_ptr<ProcessSandbox>> sandbox =
        ProcessSandbox::Start(options);
    RLMESH_ASSERT_OK(sandbox);
    const std::string log = (*sandbox)->LogTail();
    if (use) {
      EXPECT_THAT(
          log,
          AllOf(HasSubstr("write_root=False"), HasSubstr("write_own=False"),
                HasSubstr("write_tmp=True"), HasSubstr("sees_secret=False"),
                HasSubstr("host_port=False"), HasSubstr("capabilities=0")));
      EXPECT_THAT(log, HasSubstr("processes=2"));
    } else {
      // The probes can tell: without bubblewrap they find these things.
      EXPECT_THAT(
          log, AllOf(HasSubstr("sees_secret=True"), HasSubstr("host_port=True"),
                     Not(HasSubstr("processes=2\n"))));
    }
  }
}

}  // namespace
}  // namespace rlmesh
