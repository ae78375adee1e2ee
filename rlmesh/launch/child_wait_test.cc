// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/child_wait.h"

#include <sys/eventfd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

std::unique_ptr<ChildProcess> Shell(const std::string& script) {
  ChildProcessOptions options;
  options.argv = {"/bin/sh", "-c", script};
  absl::StatusOr<std::unique_ptr<ChildProcess>> child =
      ChildProcess::Start(options);
  EXPECT_THAT(child, IsOk());
  return *std::move(child);
}

TEST(ChildWaitTest, TellsHowTheChildEnded) {
  absl::StatusOr<ExitStatus> exit =
      WaitOrCancel(*Shell("exit 3"), absl::Minutes(1), -1);
  RLMESH_ASSERT_OK(exit);
  EXPECT_EQ(exit->code, 3);
}

TEST(ChildWaitTest, StopsTheChildAtTheTimeoutOrWhenCancelled) {
  // It ignores the polite request, and so does its child.
  const char kStubborn[] = "trap '' TERM; sleep 1000 & wait; wait";
  std::unique_ptr<ChildProcess> late = Shell(kStubborn);
  EXPECT_THAT(WaitOrCancel(*late, absl::Milliseconds(50), -1),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_NE(late->exit_status(), absl::nullopt);

  UniqueFd cancel(eventfd(1, EFD_CLOEXEC));
  std::unique_ptr<ChildProcess> unwanted = Shell(kStubborn);
  const absl::Time start = absl::Now();
  EXPECT_THAT(WaitOrCancel(*unwanted, absl::Minutes(1), cancel.get()),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  EXPECT_NE(unwanted->exit_status(), absl::nullopt);
}

TEST(ChildWaitTest, WaitsForEverWhenThereIsNoTimeout) {
  UniqueFd go_on(eventfd(0, EFD_CLOEXEC));
  ChildProcessOptions options;
  options.argv = {"/bin/sh", "-c", "head -c 8 <&3 >/dev/null; exit 3"};
  options.fds = {{go_on.get(), 3}};
  auto child = ChildProcess::Start(options);
  RLMESH_ASSERT_OK(child);
  std::thread other([&] { ASSERT_EQ(eventfd_write(go_on.get(), 1), 0); });
  absl::StatusOr<ExitStatus> exit =
      WaitOrCancel(**child, absl::InfiniteDuration(), -1);
  other.join();
  RLMESH_ASSERT_OK(exit);
  EXPECT_EQ(exit->code, 3);
  UniqueFd cancel(eventfd(1, EFD_CLOEXEC));
  EXPECT_TRUE(IsCancelledWithin(absl::InfiniteDuration(), cancel.get()));
}

TEST(ChildWaitTest, IsCancelledWithinLooksAtTheDescriptor) {
  UniqueFd cancel(eventfd(0, EFD_CLOEXEC));
  EXPECT_FALSE(IsCancelledWithin(absl::Milliseconds(1), cancel.get()));
  ASSERT_EQ(eventfd_write(cancel.get(), 1), 0);
  EXPECT_TRUE(IsCancelledWithin(absl::Minutes(1), cancel.get()));
  EXPECT_FALSE(IsCancelledWithin(absl::ZeroDuration(), -1));
}

TEST(ChildWaitTest, LastLinesLeavesBlankOnesOut) {
  EXPECT_EQ(LastLines("a\n\nb  \nc\n", 2), "b\nc");
  EXPECT_EQ(LastLines("a", 5), "a");
  EXPECT_EQ(LastLines("\n\n", 5), "");
}

}  // namespace
}  // namespace rlmesh
