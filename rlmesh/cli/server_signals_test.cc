// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/server_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

TEST(AnnounceReadyTest, WritesOneLineAndClosesTheDescriptor) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const UniqueFd read_end(ends[0]);
  ::testing::internal::CaptureStdout();
  RLMESH_ASSERT_OK(AnnounceReady(*Address::ForBind("unix:///tmp/s"), ends[1]));
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "READY unix:///tmp/s\n");
  char text[64];
  const ssize_t n = read(read_end.get(), text, sizeof(text));
  ASSERT_GT(n, 0);
  EXPECT_EQ(std::string(text, n), "READY unix:///tmp/s\n");
  EXPECT_EQ(read(read_end.get(), text, sizeof(text)), 0);  // closed
}

TEST(AnnounceReadyTest, NamesADescriptorThatIsNone) {
  EXPECT_THAT(
      AnnounceReady(*Address::ForBind("unix:///tmp/s"), 987),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("987")));
}

TEST(AnnounceReadyTest, AFullStandardOutputIsAnErrorUnlessADescriptorTells) {
  const UniqueFd kept(dup(STDOUT_FILENO));
  const UniqueFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  const Address address = *Address::ForBind("unix:///tmp/s");
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const UniqueFd read_end(ends[0]);
  dup2(full.get(), STDOUT_FILENO);
  const absl::Status alone = AnnounceReady(address, -1);
  const absl::Status told = AnnounceReady(address, ends[1]);
  dup2(kept.get(), STDOUT_FILENO);
  EXPECT_THAT(alone, StatusIs(absl::StatusCode::kResourceExhausted,
                              HasSubstr("--ready_fd")));
  EXPECT_THAT(told, IsOk());
}

TEST(ServerSignalsTest, TheFirstStopsAndTheSecondHurries) {
  absl::Notification stopped, hurried;
  auto signals = ServerSignals::Install([&] { stopped.Notify(); },
                                        [&] { hurried.Notify(); });
  RLMESH_ASSERT_OK(signals);
  kill(getpid(), SIGINT);
  stopped.WaitForNotification();
  EXPECT_FALSE(hurried.HasBeenNotified());
  kill(getpid(), SIGTERM);
  hurried.WaitForNotification();
}

TEST(ServerSignalsTest, CanBeInstalledAgainAfterItsEnd) {
  for (int i = 0; i < 3; ++i) {
    absl::Notification stopped;
    auto signals = ServerSignals::Install([&] { stopped.Notify(); }, [] {});
    RLMESH_ASSERT_OK(signals);
    kill(getpid(), SIGTERM);
    stopped.WaitForNotification();
  }
}

// Three signals to itself, one after the other.
void EndWithSignals() {
  absl::Notification stopped, hurried;
  auto signals = ServerSignals::Install([&] { stopped.Notify(); },
                                        [&] { hurried.Notify(); });
  kill(getpid(), SIGTERM);
  stopped.WaitForNotification();
  kill(getpid(), SIGTERM);
  hurried.WaitForNotification();
  kill(getpid(), SIGTERM);
  while (true) pause();
}

TEST(ServerSignalsDeathTest, TheThirdEndsTheProcess) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(EndWithSignals(), ::testing::ExitedWithCode(128 + SIGTERM), "");
}

TEST(ServerSignalsTest, AnIgnoredInterruptStaysIgnored) {
  signal(SIGINT, SIG_IGN);
  absl::Notification stopped;
  auto signals = ServerSignals::Install([&] { stopped.Notify(); }, [] {});
  RLMESH_ASSERT_OK(signals);
  kill(getpid(), SIGINT);
  EXPECT_FALSE(stopped.HasBeenNotified());
  kill(getpid(), SIGTERM);
  stopped.WaitForNotification();
  signals->reset();
  signal(SIGINT, SIG_DFL);
}

}  // namespace
}  // namespace rlmesh
