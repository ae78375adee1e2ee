// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Each test runs one of the disabled ones as process 1 of a namespace.

#include "rlmesh/cli/container_init.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "gtest/gtest.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

// How process 1 that begins with the test `name` ends.
ExitStatus RunAsFirst(const std::string& name) {
  char program[PATH_MAX] = {};
  PCHECK(readlink("/proc/self/exe", program, sizeof(program) - 1) > 0);
  ChildProcessOptions options;
  options.argv = {"unshare",
                  "--user",
                  "--map-root-user",
                  "--pid",
                  "--fork",
                  "--kill-child",
                  program,
                  "--gtest_also_run_disabled_tests",
                  absl::StrCat("--gtest_filter=*.DISABLED_", name)};
  options.standard_output = ChildProcessOptions::Output::kCapture;
  options.standard_error = ChildProcessOptions::Output::kCapture;
  auto child = ChildProcess::Start(options);
  RLMESH_EXPECT_OK(child);
  if (!child.ok()) return ExitStatus{1, 0};
  auto exit = (*child)->Wait(SteadyNow() + absl::Seconds(60));
  EXPECT_TRUE(exit.ok()) << (*child)->OutputTail();
  if (!exit.ok()) return ExitStatus{1, 0};
  if (!exit->ok()) std::cout << (*child)->OutputTail();
  return *exit;
}

TEST(ContainerInitTest, DISABLED_ReapsOrphans) {
  ForkInitIfFirst();
  ASSERT_NE(getpid(), 1);
  ASSERT_EQ(getppid(), 1);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    const pid_t orphan = fork();
    if (orphan == 0) _exit(0);
    const bool told = write(ends[1], &orphan, sizeof(orphan)) > 0;
    _exit(told ? 0 : 1);
  }
  pid_t orphan = 0;
  ASSERT_EQ(read(ends[0], &orphan, sizeof(orphan)), sizeof(orphan));
  int status = 0;
  ASSERT_EQ(waitpid(parent, &status, 0), parent);  // ours stay ours
  EXPECT_EQ(status, 0);
  // A zombie can still be signalled.
  while (kill(orphan, 0) == 0) usleep(1000);
}

TEST(ContainerInitTest, DISABLED_GetsSignalsOfTheFirst) {
  ForkInitIfFirst();
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, nullptr);
  ASSERT_EQ(kill(1, SIGTERM), 0);
  const timespec limit = {30, 0};
  EXPECT_EQ(sigtimedwait(&term, nullptr, &limit), SIGTERM);
}

TEST(ContainerInitTest, DISABLED_ExitsWithSeven) {
  ForkInitIfFirst();
  _exit(7);
}

TEST(ContainerInitTest, DISABLED_IsKilled) {
  ForkInitIfFirst();
  raise(SIGKILL);
}

TEST(ContainerInitTest, NoOrphanStaysAsAZombie) {
  EXPECT_TRUE(RunAsFirst("ReapsOrphans").ok());
}

TEST(ContainerInitTest, SignalsReachTheProgram) {
  EXPECT_TRUE(RunAsFirst("GetsSignalsOfTheFirst").ok());
}

TEST(ContainerInitTest, EndsAsTheProgramDid) {
  EXPECT_EQ(RunAsFirst("ExitsWithSeven").code, 7);
  EXPECT_EQ(RunAsFirst("IsKilled").code, 128 + SIGKILL);
}

TEST(ContainerInitTest, AnywhereElseNothingHappens) {
  const pid_t before = getpid();
  ASSERT_NE(before, 1);
  ForkInitIfFirst();
  EXPECT_EQ(getpid(), before);
}

}  // namespace
}  // namespace rlmesh
