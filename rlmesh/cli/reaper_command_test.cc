// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/reaper_command.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/cleanup/lease.h"
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ReaperCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    options_.reaper.leases_folder = dir_->path();
  }

  // A lease whose owner is gone, with a folder.
  std::string LeaveFolder() {
    LeaseRecord record;
    record.token = "00000000000000000000000000000001";
    record.what = "CartPole-v1";
    record.owner = {getpid(), 1};
    record.owner_machine = ProcTable().Machine();
    const std::string folder =
        absl::StrCat("/tmp/rlmesh-sandbox-cli", getpid());
    record.folders = {folder};
    std::filesystem::create_directory(folder);
    EXPECT_THAT(WriteFileAtomically(
                    absl::StrCat(dir_->path(), "/", record.token, ".json"),
                    record.ToJson()),
                IsOk());
    return folder;
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("reap-test");
  ReaperCommandOptions options_;
  std::ostringstream out_;
};

TEST_F(ReaperCommandTest, SaysWhatItRemoved) {
  const std::string folder = LeaveFolder();
  RLMESH_EXPECT_OK(RunReaper(options_, &out_));
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("reaped CartPole-v1: "),
                                HasSubstr("removed folder " + folder),
                                HasSubstr("0 kept, 1 reaped\n")));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(ReaperCommandTest, ADryRunRemovesNothing) {
  const std::string folder = LeaveFolder();
  options_.reaper.dry_run = true;
  RLMESH_EXPECT_OK(RunReaper(options_, &out_));
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("would reap CartPole-v1"),
                                HasSubstr("would remove folder " + folder)));
  EXPECT_TRUE(std::filesystem::exists(folder));
  options_.reaper.dry_run = false;
  RLMESH_EXPECT_OK(RunReaper(options_, &out_));
}

TEST_F(ReaperCommandTest, JsonIsOneObjectALease) {
  const std::string folder = LeaveFolder();
  absl::StatusOr<std::unique_ptr<Lease>> living =
      Lease::Take(dir_->path(), "alive");
  RLMESH_ASSERT_OK(living);
  options_.json = true;
  RLMESH_EXPECT_OK(RunReaper(options_, &out_));
  int reaped = 0, kept = 0;
  for (absl::string_view line :
       absl::StrSplit(out_.str(), '\n', absl::SkipEmpty())) {
    absl::StatusOr<Json> json = ParseJson(line);
    RLMESH_ASSERT_OK(json);
    if (*FindMember(*json, "outcome") == "reaped") {
      ++reaped;
      EXPECT_EQ(*FindMember(*json, "removed"), Json({"folder " + folder}));
    } else {
      ++kept;
      EXPECT_EQ(*FindMember(*json, "what"), "alive");
    }
  }
  EXPECT_EQ(reaped, 1);
  EXPECT_EQ(kept, 1);
}

TEST_F(ReaperCommandTest, ADamagedLeaseIsAFailureThatNamesTheFile) {
  const std::string path = dir_->path() + "/x.json";
  std::ofstream(path) << "{";
  EXPECT_THAT(RunReaper(options_, &out_),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(out_.str(), HasSubstr("unreadable " + path));
}

// Tells when something was written.
class Watched : public std::stringbuf {
 public:
  int sync() override {
    if (!written.HasBeenNotified()) written.Notify();
    return 0;
  }
  absl::Notification written;
};

TEST_F(ReaperCommandTest, AWatchSweepsAgainUntilItIsCancelled) {
  UniqueFd cancel(eventfd(0, EFD_CLOEXEC));
  options_.watch = absl::Milliseconds(100);
  options_.cancel_fd = cancel.get();
  Watched buffer;
  std::ostream out(&buffer);
  absl::Status status;
  std::thread watcher([&] { status = RunReaper(options_, &out); });
  // Whenever this comes: before the first sweep, or between two.
  const std::string folder = LeaveFolder();
  EXPECT_TRUE(buffer.written.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_FALSE(std::filesystem::exists(folder));
  ASSERT_EQ(eventfd_write(cancel.get(), 1), 0);
  watcher.join();
  RLMESH_EXPECT_OK(status);
}

TEST_F(ReaperCommandTest, RefusesAWatchThatWouldSpin) {
  options_.watch = absl::Milliseconds(1);
  EXPECT_THAT(
      RunReaper(options_, &out_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--watch=1ms")));
}

}  // namespace
}  // namespace rlmesh
