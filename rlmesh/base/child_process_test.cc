// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/child_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/calendar_shift.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Output = ChildProcessOptions::Output;

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

ChildProcessOptions Shell(const std::string& script) {
  ChildProcessOptions options;
  options.argv = {"sh", "-c", script};
  options.standard_error = Output::kCapture;
  return options;
}

std::unique_ptr<ChildProcess> StartOrDie(ChildProcessOptions options) {
  auto child = ChildProcess::Start(std::move(options));
  EXPECT_THAT(child, IsOk());
  return *std::move(child);
}

ExitStatus WaitOrDie(const ChildProcess& child) {
  auto exit = child.Wait(Soon());
  EXPECT_THAT(exit, IsOk());
  return exit.value_or(ExitStatus{-1, 0});
}

// One end for us, one to pass to a child.
struct Pipe {
  Pipe() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    read.Reset(fds[0]);
    write.Reset(fds[1]);
  }
  // Reads a decimal number and a newline.
  int ReadNumber() {
    std::string text;
    char c;
    while (::read(read.get(), &c, 1) == 1 && c != '\n') text += c;
    int number = -1;
    EXPECT_TRUE(absl::SimpleAtoi(text, &number)) << text;
    return number;
  }
  UniqueFd read, write;
};

UniqueFd OpenPidfd(int pid) {
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

// Whether the process of `pidfd` ends within half a minute.
bool Ends(const UniqueFd& pidfd) {
  pollfd poller = {pidfd.get(), POLLIN, 0};
  return !pidfd.valid() || poll(&poller, 1, 30000) == 1;
}

int CountOpenFds() {
  int count = 0;
  DIR* dir = opendir("/proc/self/fd");
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

TEST(ChildProcessTest, ReportsExitCodeAndSignal) {
  auto child = StartOrDie(Shell("exit 3"));
  ExitStatus exit = WaitOrDie(*child);
  EXPECT_EQ(exit.code, 3);
  EXPECT_FALSE(exit.ok());
  EXPECT_EQ(exit.ToString(), "exited with code 3");

  child = StartOrDie(Shell("kill -9 $$"));
  exit = WaitOrDie(*child);
  EXPECT_EQ(exit.signal, 9);
  EXPECT_EQ(exit.ToString(), "was killed by signal 9 (Killed)");
  // The status stays available.
  EXPECT_EQ(child->exit_status()->signal, 9);

  EXPECT_TRUE(WaitOrDie(*StartOrDie(Shell("true"))).ok());
}

TEST(ChildProcessTest, ProgramThatDoesNotExistIsNamed) {
  ChildProcessOptions options;
  options.argv = {"no-such-program-anywhere"};
  EXPECT_THAT(ChildProcess::Start(options),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("no-such-program-anywhere"),
                             HasSubstr("PATH"))));
  options.argv = {"/etc/passwd"};
  EXPECT_THAT(ChildProcess::Start(options),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/etc/passwd")));
  options.argv.clear();
  EXPECT_THAT(ChildProcess::Start(options),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ChildProcessTest, WorkingFolderThatDoesNotExistIsNamed) {
  ChildProcessOptions options = Shell("true");
  options.working_dir = "/no/such/folder";
  EXPECT_THAT(ChildProcess::Start(options),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("working folder /no/such/folder")));
}

TEST(ChildProcessTest, RunsInItsFolderWithItsEnvironment) {
  ChildProcessOptions options = Shell("echo \"$PWD $COLOUR ${HOME-none}\" >&2");
  options.working_dir = "/usr";
  options.env = std::vector<std::string>{"COLOUR=green"};
  auto child = StartOrDie(options);
  WaitOrDie(*child);
  EXPECT_EQ(child->OutputTail(), "/usr green none\n");
}

TEST(ChildProcessTest, WaitEndsAtItsDeadline) {
  auto child = StartOrDie(Shell("exec sleep 1000"));
  EXPECT_THAT(child->Wait(absl::Now() + absl::Milliseconds(20)),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr(absl::StrCat(child->pid()))));
  EXPECT_FALSE(child->exit_status().has_value());
}

TEST(ChildProcessTest, StopAsksFirstAndThenKills) {
  Pipe ready;
  ChildProcessOptions polite =
      Shell("trap 'exit 7' TERM; echo 1 >&5; while :; do sleep 0.01; done");
  polite.fds = {{ready.write.get(), 5}};
  auto child = StartOrDie(polite);
  ready.ReadNumber();
  EXPECT_EQ(child->Stop(absl::Seconds(30)).code, 7);

  ChildProcessOptions stubborn =
      Shell("trap '' TERM; echo 1 >&5; while :; do sleep 0.01; done");
  stubborn.fds = {{ready.write.get(), 5}};
  child = StartOrDie(stubborn);
  ready.ReadNumber();
  EXPECT_EQ(child->Stop(absl::Milliseconds(20)).signal, SIGKILL);
}

TEST(ChildProcessTest, DestructorKillsGrandchildrenAndLeavesNoZombie) {
  Pipe pids;
  ChildProcessOptions options =
      Shell("sleep 1000 & echo $! >&5; exec 5>&-; wait");
  options.fds = {{pids.write.get(), 5}};
  auto child = StartOrDie(options);
  const UniqueFd grandchild = OpenPidfd(pids.ReadNumber());
  ASSERT_TRUE(grandchild.valid());
  const int pid = child->pid();
  child.reset();
  EXPECT_TRUE(Ends(grandchild));
  EXPECT_EQ(kill(pid, 0), -1);  // not even a zombie
  EXPECT_EQ(errno, ESRCH);
}

TEST(ChildProcessTest, GrandchildrenOfAnEndedChildAreKilledToo) {
  Pipe pids;
  ChildProcessOptions options = Shell("sleep 1000 & echo $! >&5");
  options.fds = {{pids.write.get(), 5}};
  auto child = StartOrDie(options);
  const UniqueFd grandchild = OpenPidfd(pids.ReadNumber());
  // It holds standard error, and must delay neither the wait nor the tail.
  EXPECT_TRUE(WaitOrDie(*child).ok());
  EXPECT_EQ(child->OutputTail(), "");
  child.reset();
  EXPECT_TRUE(Ends(grandchild));
}

TEST(ChildProcessTest, TailIsBoundedAndHoldsTheLastLines) {
  ChildProcessOptions options = Shell(
      "yes 0123456789012345678901234567890123456789 | head -c 100000000 "
      ">&2; echo >&2; echo last words >&2");
  options.tail_bytes = 100;
  auto child = StartOrDie(options);
  EXPECT_TRUE(WaitOrDie(*child).ok());
  const std::string tail = child->OutputTail();
  EXPECT_LE(tail.size(), 100);
  EXPECT_TRUE(absl::EndsWith(tail, "last words\n")) << tail;
  EXPECT_TRUE(absl::StartsWith(tail, "0123")) << tail;  // a whole line
}

TEST(ChildProcessTest, CapturesBothStreamsAndForwardsLines) {
  absl::Mutex mu;
  std::vector<std::string> lines;
  ChildProcessOptions options = Shell(
      "echo one; echo two >&2; printf three; head -c 9999 /dev/zero | tr "
      "'\\0' x >&2");
  options.standard_output = Output::kCapture;
  options.on_line = [&](absl::string_view line) {
    absl::MutexLock lock(&mu);
    lines.emplace_back(line.substr(0, 8));
    EXPECT_LE(line.size(), 4096);
  };
  auto child = StartOrDie(options);
  WaitOrDie(*child);
  child->OutputTail();  // everything has been read now
  absl::MutexLock lock(&mu);
  EXPECT_THAT(lines, ElementsAre("one", "two", "threexxx"));
}

TEST(ChildProcessTest, DestructorForwardsTheLastLines) {
  std::vector<std::string> lines;
  ChildProcessOptions options = Shell("echo one >&2; printf two >&2");
  options.on_line = [&](absl::string_view line) { lines.emplace_back(line); };
  auto child = StartOrDie(options);
  WaitOrDie(*child);
  child.reset();
  EXPECT_THAT(lines, ElementsAre("one", "two"));
}

TEST(ChildProcessTest, PassesDescriptorsInAnyOrderAndNoOthers) {
  Pipe a, b;
  UniqueFd leaky(open("/dev/null", O_RDONLY));  // not close-on-exec
  // Their numbers are exchanged on purpose.
  ChildProcessOptions options =
      Shell(absl::StrCat("echo 1 >&", b.write.get(), "; echo 2 >&",
                         a.write.get(), "; ls /proc/self/fd | wc -l >&2"));
  options.fds = {{a.write.get(), b.write.get()},
                 {b.write.get(), a.write.get()}};
  auto child = StartOrDie(options);
  EXPECT_EQ(a.ReadNumber(), 1);
  EXPECT_EQ(b.ReadNumber(), 2);
  WaitOrDie(*child);
  // 0, 1, 2, the two, and the one that ls opens.
  EXPECT_EQ(child->OutputTail(), "6\n");
}

TEST(ChildProcessTest, ChildStartsWithDefaultSignals) {
  signal(SIGPIPE, SIG_IGN);
  auto child =
      StartOrDie(Shell("sed -n 's/SigIgn:.//p' /proc/self/status >&2"));
  WaitOrDie(*child);
  // Signals 32 and 33 belong to the C library, which hides them from us.
  const uint64_t ignored = strtoull(child->OutputTail().c_str(), nullptr, 16);
  EXPECT_EQ(ignored & 0x7fffffff, 0) << child->OutputTail();
  signal(SIGPIPE, SIG_DFL);
}

TEST(ChildProcessTest, KillAtKillsUnlessCancelledOrExcused) {
  auto child = StartOrDie(Shell("exec sleep 1000"));
  child->KillAt(absl::Now() + absl::Milliseconds(5));
  EXPECT_EQ(WaitOrDie(*child).signal, SIGKILL);

  child = StartOrDie(Shell("exec sleep 1000"));
  child->KillAt(absl::Now() + absl::Milliseconds(50));
  child->CancelKill();
  absl::Mutex mu;
  bool asked = false;
  child->KillAt(absl::Now() + absl::Milliseconds(5), [&] {
    absl::MutexLock lock(&mu);
    asked = true;
    return true;
  });
  {
    absl::MutexLock lock(&mu);
    mu.Await(absl::Condition(&asked));
  }
  EXPECT_FALSE(child->Wait(absl::Now() + absl::Milliseconds(100)).ok());
}

TEST(ChildProcessTest, CancelKillHoldsAlthoughTheTimeHasCome) {
  auto child = StartOrDie(Shell("exec sleep 1000"));
  absl::Notification asked, cancelled;
  child->KillAt(absl::Now(), [&] {
    asked.Notify();
    cancelled.WaitForNotification();
    return false;
  });
  asked.WaitForNotification();
  child->CancelKill();
  cancelled.Notify();
  EXPECT_FALSE(child->Wait(absl::Now() + absl::Milliseconds(100)).ok());
}

TEST(ChildProcessTest, LinesThatAreStuckHoldNobodyUp) {
  absl::Notification stuck, go_on;
  std::atomic<int> lines{0};
  ChildProcessOptions options = Shell("echo 1; echo 2; exec sleep 1000");
  options.standard_output = Output::kCapture;
  options.on_line = [&](absl::string_view) {
    if (++lines > 1) return;
    stuck.Notify();
    go_on.WaitForNotification();
  };
  auto child = StartOrDie(options);
  stuck.WaitForNotification();
  child->KillAt(absl::Now() + absl::Hours(1));
  child->CancelKill();
  while (child->OutputTail() != "1\n2\n") std::this_thread::yield();
  EXPECT_EQ(lines, 1);
  go_on.Notify();
  child.reset();
  EXPECT_EQ(lines, 2);
}

TEST(ChildProcessTest, LeaksNoDescriptors) {
  StartOrDie(Shell("true"));
  const int before = CountOpenFds();
  for (int i = 0; i < 20; ++i) {
    ChildProcessOptions options = Shell("echo x >&2");
    options.standard_output = Output::kCapture;
    WaitOrDie(*StartOrDie(options));
    options.argv = {"/no/such/program"};
    EXPECT_FALSE(ChildProcess::Start(options).ok());
    options = Shell("true");
    options.working_dir = "/no/such/folder";
    EXPECT_FALSE(ChildProcess::Start(options).ok());
  }
  EXPECT_EQ(CountOpenFds(), before);
}

TEST(ChildProcessTest, ChildOutlivesTheThreadThatStartedIt) {
  std::unique_ptr<ChildProcess> child;
  std::thread([&] { child = StartOrDie(Shell("exec sleep 1000")); }).join();
  EXPECT_FALSE(child->Wait(absl::Now() + absl::Milliseconds(100)).ok());
}

// Run in a process of its own by the next test: starts a child, says its number
// on descriptor 5 and waits to be killed.
TEST(ChildProcessTest, DISABLED_StartsAChildAndWaits) {
  auto child = StartOrDie(Shell("exec sleep 1000"));
  const std::string number = absl::StrCat(child->pid(), "\n");
  ASSERT_EQ(write(5, number.data(), number.size()), number.size());
  WaitOrDie(*child);
}

TEST(ChildProcessTest, ChildDiesWithAParentThatIsKilled) {
  Pipe pids;
  ChildProcessOptions options;
  options.argv = {"/proc/self/exe", "--gtest_also_run_disabled_tests",
                  "--gtest_filter=*DISABLED_StartsAChildAndWaits"};
  options.fds = {{pids.write.get(), 5}};
  auto parent = StartOrDie(options);
  const UniqueFd grandchild = OpenPidfd(pids.ReadNumber());
  ASSERT_TRUE(grandchild.valid());
  parent->Signal(SIGKILL);  // the parent alone, not its group
  EXPECT_TRUE(Ends(grandchild));
}

TEST(ChildProcessTest, AddedVariablesReplaceThoseOfTheSameName) {
  ChildProcessOptions options = Shell("env | grep MARK | sort");
  options.env = {"PATH=/usr/bin:/bin", "MARK=outer", "MARKED=1", "OLDMARK=2"};
  options.added_env = {"MARK=inner"};
  options.standard_output = Output::kCapture;
  auto child = StartOrDie(std::move(options));
  RLMESH_ASSERT_OK(child->Wait(SteadyNow() + absl::Seconds(30)));
  EXPECT_EQ(child->OutputTail(), "MARK=inner\nMARKED=1\nOLDMARK=2\n");
}

TEST(ChildProcessTest, DeadlinesDoNotHeedTheCalendar) {
  auto child = StartOrDie(Shell("exec sleep 1000"));
  const absl::Time soon = SteadyNow() + absl::Milliseconds(20);
  const CalendarShift shift(-absl::Hours(1));
  EXPECT_FALSE(child->Wait(soon).ok());
  child->KillAt(SteadyNow() + absl::Milliseconds(5));
  const absl::StatusOr<ExitStatus> exit = child->Wait(absl::InfiniteFuture());
  RLMESH_ASSERT_OK(exit);
  EXPECT_EQ(exit->signal, SIGKILL);
}

}  // namespace
}  // namespace rlmesh
