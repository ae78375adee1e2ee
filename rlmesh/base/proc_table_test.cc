// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/proc_table.h"

#include <signal.h>
#include <unistd.h>

#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/fake_machine.h"

namespace rlmesh {
namespace {

using ::testing::StartsWith;

TEST(ProcTableTest, FindsItself) {
  const ProcTable table;
  absl::StatusOr<ProcessInfo> self = table.Look(getpid());
  RLMESH_ASSERT_OK(self);
  EXPECT_EQ(self->pid, getpid());
  EXPECT_EQ(self->parent, getppid());
  EXPECT_EQ(self->group, getpgrp());
  EXPECT_GT(self->start_time, 0);
  EXPECT_FALSE(self->has_ended);
  int times = 0;
  for (const ProcessInfo& process : table.All()) {
    if (process.pid == getpid()) ++times;
  }
  EXPECT_EQ(times, 1);
}

TEST(ProcTableTest, TellsTheMachine) {
  const MachineIdentity machine = ProcTable().Machine();
  EXPECT_EQ(machine.boot_id.size(), 36);
  EXPECT_THAT(machine.pid_namespace, StartsWith("pid:["));
}

TEST(ProcTableTest, ReadsANameThatHoldsBlanksAndParentheses) {
  FakeMachine machine;
  machine.AddProcess(50, 1234, 49, "A=b", 'Z');
  const ProcTable table(machine.root());
  absl::StatusOr<ProcessInfo> process = table.Look(50);
  RLMESH_ASSERT_OK(process);
  EXPECT_EQ(process->group, 49);
  EXPECT_EQ(process->start_time, 1234);
  EXPECT_TRUE(process->has_ended);
  EXPECT_TRUE(table.HasVariable(50, "A=b"));
  EXPECT_FALSE(table.HasVariable(50, "A="));
  EXPECT_FALSE(table.HasVariable(51, "A=b"));
}

TEST(ProcTableTest, NoSuchProcessAndAnUnreadableOneDiffer) {
  FakeMachine machine;
  machine.Write("/proc/60/stat", "60 (x) S 1\n");
  const ProcTable table(machine.root());
  EXPECT_THAT(table.Look(59), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(table.Look(60), StatusIs(absl::StatusCode::kInternal));
}

TEST(ProcTableTest, KillsOnlyTheProcessThatStartedThen) {
  ChildProcessOptions options;
  options.argv = {"sleep", "1000"};
  absl::StatusOr<std::unique_ptr<ChildProcess>> child =
      ChildProcess::Start(options);
  RLMESH_ASSERT_OK(child);
  const ProcTable table;
  absl::StatusOr<ProcessInfo> process = table.Look((*child)->pid());
  RLMESH_ASSERT_OK(process);
  ProcessInfo earlier = *process;
  earlier.start_time -= 1;
  EXPECT_FALSE(table.Kill(earlier));
  EXPECT_EQ((*child)->exit_status(), absl::nullopt);
  EXPECT_TRUE(table.Kill(*process));
  absl::StatusOr<ExitStatus> exit =
      (*child)->Wait(absl::Now() + absl::Seconds(10));
  RLMESH_ASSERT_OK(exit);
  EXPECT_EQ(exit->signal, SIGKILL);
}

}  // namespace
}  // namespace rlmesh
