// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The process itself; what user code does to it is tested through
// PythonWorkerEnvironment.

#include "rlmesh/worker/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/worker/slots.h"
#include "rlmesh/worker/testing/python_for_tests.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::Duration kLong = absl::Seconds(30);

std::string PlainEnv() { return EncodeTexts({{"entrypoint", "plain:Env"}}); }

// A program that stands where Python is expected.
std::string Script(const TempDir& folder, const std::string& text) {
  const std::string path = absl::StrCat(folder.path(), "/python");
  std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
  chmod(path.c_str(), 0700);
  return path;
}

TEST(WorkerProcessTest, MakesAnEnvironmentAndCloses) {
  auto worker = WorkerProcess::Start(PlainPython());
  RLMESH_ASSERT_OK(worker);
  auto answer = (*worker)->Call(FrameKind::kSetup, PlainEnv(), kLong);
  RLMESH_ASSERT_OK(answer);
  EXPECT_EQ(answer->flags, 0);
  EXPECT_GT(answer->payload.size(), 20);
  RLMESH_EXPECT_OK((*worker)->Settle(FrameKind::kReset, kLong));
  RLMESH_EXPECT_OK((*worker)->Close(kLong));
  RLMESH_EXPECT_OK((*worker)->Close(kLong));
  EXPECT_THAT((*worker)->Settle(FrameKind::kReset, kLong),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("exited with code 0")));
}

TEST(WorkerProcessTest, RefusesMemoryThatIsNotSealed) {
  auto worker = WorkerProcess::Start(PlainPython());
  RLMESH_ASSERT_OK(worker);
  RLMESH_ASSERT_OK((*worker)->Call(FrameKind::kSetup, PlainEnv(), kLong));
  auto layout = SlotLayout::Create(1, 1, {8}, {8});
  const UniqueFd memory(memfd_create("test", MFD_ALLOW_SEALING));
  ASSERT_EQ(ftruncate(memory.get(), layout->size), 0);
  EXPECT_THAT((*worker)->Call(FrameKind::kAttach, layout->Encode(0, 0, 1),
                              kLong, memory.get()),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("not sealed")));
  ASSERT_EQ(fcntl(memory.get(), F_ADD_SEALS,
                  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
            0);
  RLMESH_EXPECT_OK((*worker)->Call(FrameKind::kAttach, layout->Encode(0, 0, 1),
                                   kLong, memory.get()));
}

TEST(WorkerProcessTest, RefusesALayoutOfOtherSpaces) {
  auto worker = WorkerProcess::Start(PlainPython());
  RLMESH_ASSERT_OK(worker);
  RLMESH_ASSERT_OK((*worker)->Call(FrameKind::kSetup, PlainEnv(), kLong));
  auto layout = SlotLayout::Create(1, 1, {8}, {12});
  auto slots = SharedSlots::Create(layout->size);
  EXPECT_THAT((*worker)->Call(FrameKind::kAttach, layout->Encode(0, 0, 1),
                              kLong, slots->fd()),
              StatusIs(absl::StatusCode::kInternal,
                       HasSubstr("$ takes 8 bytes, the server says 12")));
}

TEST(WorkerProcessTest, ProgramThatIsNoPythonIsShownWithItsLastWords) {
  auto folder = TempDir::Create("worker-test");
  RLMESH_ASSERT_OK(folder);
  WorkerProcessOptions options = PlainPython();
  options.interpreter = Script(*folder, "echo I am a shell >&2; exit 4");
  auto worker = WorkerProcess::Start(options);
  RLMESH_ASSERT_OK(worker);
  const absl::Status status =
      (*worker)->Call(FrameKind::kSetup, PlainEnv(), kLong).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable,
                               AllOf(HasSubstr("exited with code 4"),
                                     HasSubstr("last output: I am a shell"))));
  EXPECT_EQ(GetErrorDetails(status).traceback, "I am a shell\n");
}

TEST(WorkerProcessTest, PythonThatIsTooOldSaysSo) {
  auto folder = TempDir::Create("worker-test");
  RLMESH_ASSERT_OK(folder);
  WorkerProcessOptions options = PlainPython();
  // The same bootstrap, told that it runs on an older one.
  options.interpreter = Script(
      *folder,
      "exec /usr/bin/python3 -c 'import sys; sys.version_info = (3, 7, 9); "
      "exec(sys.argv[1])' \"$3\"");
  auto worker = WorkerProcess::Start(options);
  RLMESH_ASSERT_OK(worker);
  EXPECT_THAT((*worker)->Call(FrameKind::kSetup, PlainEnv(), kLong),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("needs Python 3.8 or newer")));
}

TEST(WorkerProcessTest, InterpreterOrFolderThatDoesNotExistIsNamed) {
  WorkerProcessOptions options = PlainPython();
  options.interpreter = "/no/such/python";
  EXPECT_THAT(
      WorkerProcess::Start(options),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such/python")));
  options = PlainPython();
  options.working_dir = "/no/such/folder";
  EXPECT_THAT(
      WorkerProcess::Start(options),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such/folder")));
}

TEST(WorkerProcessTest, WorkerIsKilledWhenARequestIsCut) {
  auto worker = WorkerProcess::Start(PlainPython());
  RLMESH_ASSERT_OK(worker);
  RLMESH_ASSERT_OK((*worker)->Call(FrameKind::kSetup, PlainEnv(), kLong));
  kill((*worker)->pid(), SIGSTOP);  // it reads nothing
  EXPECT_THAT((*worker)->Call(FrameKind::kStep, std::string(8 << 20, 'x'),
                              absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT((*worker)->Settle(FrameKind::kReset, kLong),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("signal 9")));
}

// What it waits for belongs to the call that waits.
TEST(WorkerProcessTest, ACallThatWaitsForAnEarlierOneIsLateByItsOwnName) {
  auto worker = WorkerProcess::Start(PlainPython());
  RLMESH_ASSERT_OK(worker);
  RLMESH_ASSERT_OK((*worker)->Call(FrameKind::kSetup, PlainEnv(), kLong));
  kill((*worker)->pid(), SIGSTOP);
  constexpr absl::Duration kShort = absl::Milliseconds(50);
  EXPECT_THAT((*worker)->Call(FrameKind::kStep, "", kShort),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr("env.step timed out")));
  EXPECT_THAT((*worker)->Call(FrameKind::kRender, "", kShort),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr("env.render timed out")));
  EXPECT_THAT((*worker)->Settle(FrameKind::kPredict, kShort),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr("predict timed out")));
}

// Makes an environment that starts a process in a session of its own: its pid.
int MakeProcess(const std::string& entrypoint, WorkerProcess* worker) {
  auto folder = TempDir::Create("stray");
  RLMESH_EXPECT_OK(folder);
  const std::string file = absl::StrCat(folder->path(), "/pid");
  const std::string setup =
      EncodeTexts({{"entrypoint", entrypoint},
                   {"kwargs", absl::StrCat("{\"pid_file\": \"", file, "\"}")}});
  RLMESH_EXPECT_OK(worker->Call(FrameKind::kSetup, setup, kLong));
  int pid = 0;
  std::ifstream(file) >> pid;
  return pid;
}

int MakeStray(WorkerProcess* worker) {
  return MakeProcess("strays:Env", worker);
}

TEST(WorkerProcessTest, AWorkerThatDoesNotEndWhenKilledIsAnError) {
  auto worker = WorkerProcess::Start(PlainPython());
  RLMESH_ASSERT_OK(worker);
  const int tracer = MakeProcess("traced:Env", worker->get());
  ASSERT_GT(tracer, 0) << "processes may not be traced here";
  kill((*worker)->pid(), SIGKILL);
  EXPECT_THAT((*worker)->Call(FrameKind::kStep, "", kLong),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("was killed and does not end")));
  kill(tracer, SIGKILL);
}

TEST(WorkerProcessTest, TakesAlongWhatLeftItsGroup) {
  auto worker = WorkerProcess::Start(PlainPython());
  RLMESH_ASSERT_OK(worker);
  const int pid = MakeStray(worker->get());
  const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  ASSERT_TRUE(pidfd.valid());
  worker->reset();
  pollfd poller = {pidfd.get(), POLLIN, 0};
  EXPECT_EQ(poll(&poller, 1, 0), 1);
}

// Run in a process of its own by the next test.
TEST(WorkerProcessTest, DISABLED_MakesAnEnvironmentAndWaits) {
  auto worker = WorkerProcess::Start(PlainPython());
  RLMESH_ASSERT_OK(worker);
  const int stray = MakeStray(worker->get());
  const std::string number = absl::StrCat((*worker)->pid(), " ", stray, "\n");
  ASSERT_EQ(write(5, number.data(), number.size()), number.size());
  poll(nullptr, 0, -1);
}

TEST(WorkerProcessTest, WorkerAndStraysDieWithAServerThatIsKilled) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd read_end(ends[0]), write_end(ends[1]);
  ChildProcessOptions options;
  options.argv = {"/proc/self/exe", "--gtest_also_run_disabled_tests",
                  "--gtest_filter=*DISABLED_MakesAnEnvironmentAndWaits"};
  options.fds = {{write_end.get(), 5}};
  auto server = ChildProcess::Start(options);
  RLMESH_ASSERT_OK(server);
  char number[32] = {};
  ASSERT_GT(read(read_end.get(), number, sizeof(number) - 1), 0);
  int pids[2] = {};
  ASSERT_EQ(sscanf(number, "%d %d", &pids[0], &pids[1]), 2);
  std::vector<UniqueFd> pidfds;
  for (const int pid : pids) {
    pidfds.emplace_back(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    ASSERT_TRUE(pidfds.back().valid());
  }
  (*server)->Signal(SIGKILL);
  for (const UniqueFd& pidfd : pidfds) {
    pollfd poller = {pidfd.get(), POLLIN, 0};
    EXPECT_EQ(poll(&poller, 1, 30000), 1);
  }
}

}  // namespace
}  // namespace rlmesh
