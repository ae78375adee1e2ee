// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/child_wait.h"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/poll_timeout.h"

namespace rlmesh {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(1);

// Which of two descriptors (-1: none) is readable before `deadline`: bit 0, 1.
int PollTwo(int first, int second, absl::Time deadline) {
  pollfd fds[2] = {{first, POLLIN, 0}, {second, POLLIN, 0}};
  while (true) {
    const int ready = poll(fds, 2, PollTimeout(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && SteadyNow() < deadline) continue;
    return (fds[0].revents != 0 ? 1 : 0) | (fds[1].revents != 0 ? 2 : 0);
  }
}

}  // namespace

absl::StatusOr<ExitStatus> WaitOrCancel(ChildProcess& child,
                                        absl::Duration timeout, int cancel_fd) {
  const int ready = PollTwo(child.pidfd(), cancel_fd, SteadyNow() + timeout);
  if (ready & 1) return child.Wait(SteadyNow() + kGrace);
  child.SignalGroup(SIGTERM);
  child.Stop(kGrace);
  if (ready & 2) return CancelledByUser();
  return absl::DeadlineExceededError(
      absl::StrCat("still running after ", absl::FormatDuration(timeout)));
}

bool IsCancelledWithin(absl::Duration timeout, int cancel_fd) {
  return (PollTwo(-1, cancel_fd, SteadyNow() + timeout) & 2) != 0;
}

absl::Status CancelledByUser() { return absl::CancelledError("interrupted"); }

std::string LastLines(absl::string_view text, int count) {
  std::vector<absl::string_view> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripTrailingAsciiWhitespace(line);
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - count);
  return absl::StrJoin(lines, "\n");
}

}  // namespace rlmesh
