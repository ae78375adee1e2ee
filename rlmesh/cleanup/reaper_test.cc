// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cleanup/reaper.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/proc_table.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/base/testing/fake_machine.h"
#include "rlmesh/cleanup/lease.h"
#include "rlmesh/cleanup/lease_record.h"

namespace rlmesh {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = SweptLease::Outcome;

class ReaperTest : public testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    options_.leases_folder = dir_->path();
  }

  // A record whose owner has been dead for long: the machine is this one, the
  // process one that is not.
  LeaseRecord DeadOwner() {
    LeaseRecord record;
    record.token = "00000000000000000000000000000001";
    record.what = "test";
    record.owner = {getpid(), 1};
    record.owner_machine = ProcTable().Machine();
    return record;
  }
  std::string Write(const LeaseRecord& record) {
    const std::string path =
        absl::StrCat(dir_->path(), "/", record.token, ".json");
    RLMESH_EXPECT_OK(WriteFileAtomically(path, record.ToJson()));
    return path;
  }
  SweptLease SweepOnly() {
    absl::StatusOr<std::vector<SweptLease>> swept = Sweep(options_);
    EXPECT_THAT(swept, IsOk());
    if (!swept.ok() || swept->size() != 1) {
      ADD_FAILURE() << "not one lease";
      return {};
    }
    return (*swept)[0];
  }
  std::unique_ptr<ChildProcess> Sleeper(std::vector<std::string> env = {}) {
    ChildProcessOptions options;
    options.argv = {"/bin/sleep", "1000"};
    options.env = env;
    absl::StatusOr<std::unique_ptr<ChildProcess>> child =
        ChildProcess::Start(options);
    EXPECT_THAT(child, IsOk());
    return *std::move(child);
  }
  static bool IsKilled(const ChildProcess& child) {
    absl::StatusOr<ExitStatus> exit =
        child.Wait(absl::Now() + absl::Seconds(5));
    return exit.ok() && exit->signal == SIGKILL;
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("reaper-test");
  ReaperOptions options_;
};

TEST_F(ReaperTest, AKilledOwnersProcessesFoldersAndLeaseAreRemoved) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  UniqueFd read_end(ends[0]), write_end(ends[1]);
  const pid_t owner = fork();
  if (owner == 0) {
    absl::StatusOr<std::unique_ptr<Lease>> lease =
        Lease::Take(dir_->path(), "CartPole-v1");
    if (!lease.ok()) _exit(1);
    absl::StatusOr<std::string> folder = (*lease)->MakeFolder();
    ChildProcessOptions options;
    // A group of two; one of them wipes the token from its environment.
    options.argv = {"/bin/sh", "-c",
                    "env -i sleep 1000 & echo $!; exec sleep 1000"};
    options.env = {(*lease)->variable(), "PATH=/usr/bin:/bin"};
    options.parent_death_signal = 0;  // or there would be nothing to reap
    options.fds = {{write_end.get(), 1}};
    absl::StatusOr<std::unique_ptr<ChildProcess>> child =
        ChildProcess::Start(options);
    if (!folder.ok() || !child.ok()) _exit(1);
    if (!(*lease)->AddProcess((*child)->pid()).ok()) _exit(1);
    std::ofstream(*folder + "/pid") << (*child)->pid();
    const std::string line = absl::StrCat("folder ", *folder, "\n");
    (void)!write(write_end.get(), line.data(), line.size());
    raise(SIGKILL);
  }
  write_end.Reset();
  int status;
  ASSERT_EQ(waitpid(owner, &status, 0), owner);
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  std::string folder, grandchild;
  {
    std::string text;
    char buffer[256];
    // Both lines; the children keep their end open for as long as they live.
    while (text.find("folder ") == std::string::npos ||
           std::count(text.begin(), text.end(), '\n') < 2) {
      const ssize_t n = read(read_end.get(), buffer, sizeof(buffer));
      ASSERT_GT(n, 0);
      text.append(buffer, n);
    }
    for (const std::string& line :
         std::vector<std::string>(absl::StrSplit(text, '\n'))) {
      if (line.rfind("folder ", 0) == 0) {
        folder = line.substr(7);
      } else if (!line.empty()) {
        grandchild = line;
      }
    }
  }
  absl::StatusOr<std::string> child = ReadFile(folder + "/pid");
  RLMESH_ASSERT_OK(child);

  options_.dry_run = true;
  SweptLease swept = SweepOnly();
  EXPECT_EQ(swept.outcome, Outcome::kReaped);
  EXPECT_THAT(swept.removed,
              ElementsAre("process " + *child, "process " + grandchild,
                          "folder " + folder));
  EXPECT_TRUE(std::filesystem::exists(folder));
  EXPECT_TRUE(std::filesystem::exists("/proc/" + grandchild));

  options_.dry_run = false;
  swept = SweepOnly();
  EXPECT_EQ(swept.what, "CartPole-v1");
  EXPECT_EQ(swept.outcome, Outcome::kReaped);
  EXPECT_THAT(swept.removed, Contains("folder " + folder));
  EXPECT_FALSE(std::filesystem::exists(folder));
  // The pipe ends when the last process that holds it does.
  char byte;
  EXPECT_EQ(read(read_end.get(), &byte, 1), 0);
  EXPECT_THAT(Sweep(options_), IsOkAndHolds(IsEmpty()));
}

TEST_F(ReaperTest, ALivingOwnerKeepsEverything) {
  absl::StatusOr<std::unique_ptr<Lease>> lease =
      Lease::Take(dir_->path(), "test");
  RLMESH_ASSERT_OK(lease);
  absl::StatusOr<std::string> folder = (*lease)->MakeFolder();
  RLMESH_ASSERT_OK(folder);
  std::unique_ptr<ChildProcess> child = Sleeper({(*lease)->variable()});
  RLMESH_ASSERT_OK((*lease)->AddProcess(child->pid()));
  const SweptLease swept = SweepOnly();
  EXPECT_EQ(swept.outcome, Outcome::kKept);
  EXPECT_THAT(swept.reason, HasSubstr("lives"));
  EXPECT_TRUE(std::filesystem::exists(*folder));
  EXPECT_EQ(child->exit_status(), absl::nullopt);
}

TEST_F(ReaperTest, AProcessThatOnlyHasTheNumberIsLeftAlone) {
  std::unique_ptr<ChildProcess> stranger = Sleeper();
  LeaseRecord record = DeadOwner();
  record.processes = {{stranger->pid(), 1}};
  const std::string path = Write(record);
  const SweptLease swept = SweepOnly();
  EXPECT_EQ(swept.outcome, Outcome::kReaped);
  EXPECT_THAT(swept.removed, IsEmpty());
  EXPECT_EQ(stranger->exit_status(), absl::nullopt);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ReaperTest, AProcessThatWasStartedBeforeItWasWrittenDownIsFound) {
  const LeaseRecord record = DeadOwner();
  std::unique_ptr<ChildProcess> child = Sleeper({record.Variable()});
  Write(record);
  EXPECT_EQ(SweepOnly().outcome, Outcome::kReaped);
  EXPECT_TRUE(IsKilled(*child));
}

TEST_F(ReaperTest, AfterARebootNumbersOfProcessesMeanNothing) {
  std::unique_ptr<ChildProcess> stranger = Sleeper();
  const uint64_t start_time = ProcTable().Look(stranger->pid())->start_time;
  FakeMachine machine;
  machine.AddProcess(stranger->pid(), start_time, stranger->pid());
  options_.root = machine.root();
  LeaseRecord record = DeadOwner();
  record.owner_machine = ProcTable(machine.root()).Machine();
  record.processes = {{stranger->pid(), start_time}};
  machine.SetBootId("another");
  record.folders = {"/tmp/rlmesh-sandbox-reboottest"};
  std::filesystem::create_directory(record.folders[0]);
  Write(record);
  EXPECT_THAT(SweepOnly().removed, ElementsAre("folder " + record.folders[0]));
  EXPECT_EQ(stranger->exit_status(), absl::nullopt);
  EXPECT_FALSE(std::filesystem::exists(record.folders[0]));
}

TEST_F(ReaperTest, RemovesNoFolderThatALeaseCannotHaveMade) {
  LeaseRecord record = DeadOwner();
  const std::string inside = dir_->path() + "/keep";
  std::filesystem::create_directory(inside);
  std::filesystem::create_symlink(inside, "/tmp/rlmesh-sandbox-linktest");
  record.folders = {inside,
                    "/tmp/rlmesh-sandbox-linktest",
                    "/tmp/rlmesh-/../" + inside,
                    "/tmp",
                    "",
                    "relative"};
  record.sockets = {inside};
  Write(record);
  EXPECT_THAT(SweepOnly().removed, IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(inside));
  EXPECT_TRUE(std::filesystem::remove("/tmp/rlmesh-sandbox-linktest"));
}

TEST_F(ReaperTest, RemovesSockets) {
  LeaseRecord record = DeadOwner();
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = dir_->path() + "/s";
  memcpy(address.sun_path, path.data(), path.size());
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(
      bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
      0);
  record.sockets = {path};
  Write(record);
  EXPECT_THAT(SweepOnly().removed, ElementsAre("socket " + path));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ReaperTest, DamagedLeasesAreNamedAndNothingElseSuffers) {
  const std::string json = DeadOwner().ToJson();
  const std::string damaged =
      dir_->path() + "/00000000000000000000000000000009.json";
  std::ofstream(damaged) << json.substr(0, json.size() / 2);
  // A copy under another name is damage too.
  std::ofstream(dir_->path() + "/copy.json") << json;
  const std::string good = Write(DeadOwner());
  absl::StatusOr<std::vector<SweptLease>> swept = Sweep(options_);
  RLMESH_ASSERT_OK(swept);
  ASSERT_EQ(swept->size(), 3);
  EXPECT_EQ((*swept)[0].outcome, Outcome::kReaped);
  EXPECT_EQ((*swept)[1].outcome, Outcome::kUnreadable);
  EXPECT_EQ((*swept)[1].path, damaged);
  EXPECT_EQ((*swept)[2].outcome, Outcome::kUnreadable);
  EXPECT_TRUE(std::filesystem::exists(damaged));
  EXPECT_FALSE(std::filesystem::exists(good));
}

TEST_F(ReaperTest, ClearsOnlyOldHalfWrittenFiles) {
  const std::string fresh = dir_->path() + "/.a.json.1.tmp";
  const std::string old = dir_->path() + "/.b.json.1.tmp";
  std::ofstream(fresh) << "{";
  std::ofstream(old) << "{";
  const utimbuf long_ago = {1000, 1000};
  ASSERT_EQ(utime(old.c_str(), &long_ago), 0);
  RLMESH_EXPECT_OK(Sweep(options_));
  EXPECT_TRUE(std::filesystem::exists(fresh));
  EXPECT_FALSE(std::filesystem::exists(old));
}

TEST_F(ReaperTest, TwoSweepsDoNotRunAtOnce) {
  const std::string path = dir_->path() + "/.lock";
  UniqueFd lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(flock(lock.get(), LOCK_EX), 0);
  options_.lock_timeout = absl::ZeroDuration();
  EXPECT_THAT(Sweep(options_),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(path)));
}

TEST_F(ReaperTest, SaysWhichFolderIsMissing) {
  options_.leases_folder = dir_->path() + "/none";
  EXPECT_THAT(Sweep(options_), StatusIs(absl::StatusCode::kNotFound,
                                        HasSubstr(options_.leases_folder)));
}

}  // namespace
}  // namespace rlmesh
