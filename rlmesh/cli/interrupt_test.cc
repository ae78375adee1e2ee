// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace {

// Each in a process of its own: signals are everybody's.
int ExitCodeOf(int (*body)()) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool IsReadable(int fd) {
  pollfd poll_fd = {fd, POLLIN, 0};
  return poll(&poll_fd, 1, 0) == 1;
}

TEST(InterruptTest, SignalsMakeTheDescriptorReadableForGood) {
  EXPECT_EQ(ExitCodeOf([] {
              auto interrupt = Interrupt::Install();
              if (!interrupt.ok() || (*interrupt)->signal() != 0) return 1;
              if (IsReadable((*interrupt)->fd())) return 2;
              kill(getpid(), SIGTERM);
              if (!IsReadable((*interrupt)->fd())) return 3;
              if ((*interrupt)->signal() != SIGTERM) return 4;
              return IsReadable((*interrupt)->fd()) ? 0 : 5;
            }),
            0);
}

TEST(InterruptTest, AWatchCallsOnceAndOnlyForASignal) {
  EXPECT_EQ(ExitCodeOf([] {
              auto interrupt = Interrupt::Install();
              int calls = 0;
              {
                InterruptWatch quiet(**interrupt, [&calls] { ++calls; });
              }
              if (calls != 0) return 1;
              absl::Notification called;
              InterruptWatch watch(**interrupt, [&] {
                ++calls;
                called.Notify();
              });
              kill(getpid(), SIGINT);
              called.WaitForNotification();
              return calls == 1 ? 0 : 2;
            }),
            0);
}

TEST(InterruptTest, AReaderThatIsGoneDoesNotKillUs) {
  EXPECT_EQ(ExitCodeOf([] {
              auto interrupt = Interrupt::Install();
              int ends[2];
              if (pipe(ends) != 0) return 1;
              close(ends[0]);
              return write(ends[1], "x", 1) < 0 ? 0 : 2;
            }),
            0);
}

}  // namespace
}  // namespace rlmesh
