// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cleanup/lease.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LeaseTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Lease>> Take() {
    return Lease::Take(dir_->path() + "/leases", "test");
  }
  LeaseRecord Read(const Lease& lease) {
    absl::StatusOr<std::string> text = ReadFile(lease.path());
    if (!text.ok()) return {};
    absl::StatusOr<LeaseRecord> record = LeaseRecord::Parse(*text);
    EXPECT_THAT(record, IsOk());
    return record.ok() ? *record : LeaseRecord();
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("lease-test");
};

TEST_F(LeaseTest, TheFileNamesUsFromTheStart) {
  absl::StatusOr<std::unique_ptr<Lease>> lease = Take();
  RLMESH_ASSERT_OK(lease);
  const LeaseRecord record = Read(**lease);
  EXPECT_EQ(record.what, "test");
  EXPECT_EQ(record.owner.pid, getpid());
  EXPECT_EQ(record.Variable(), (*lease)->variable());
  EXPECT_EQ(JudgeOwner(record, ProcTable()).state, OwnerState::kAlive);
}

TEST_F(LeaseTest, ReleaseRemovesFoldersAndTheFile) {
  absl::StatusOr<std::unique_ptr<Lease>> lease = Take();
  RLMESH_ASSERT_OK(lease);
  absl::StatusOr<std::string> folder = (*lease)->MakeFolder();
  absl::StatusOr<std::string> second = (*lease)->MakeFolder();
  RLMESH_ASSERT_OK(folder);
  RLMESH_ASSERT_OK(second);
  EXPECT_THAT(Read(**lease).folders, ElementsAre(*folder, *second));
  struct stat status;
  ASSERT_EQ(stat(folder->c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700);
  std::ofstream(*folder + "/x") << "x";
  RLMESH_EXPECT_OK((*lease)->Release());
  EXPECT_FALSE(std::filesystem::exists(*folder));
  EXPECT_FALSE(std::filesystem::exists(*second));
  EXPECT_FALSE(std::filesystem::exists((*lease)->path()));
  RLMESH_EXPECT_OK((*lease)->Release());
  EXPECT_THAT((*lease)->MakeFolder(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("was released")));
}

TEST_F(LeaseTest, AFolderThatWasThereBeforeIsNotTaken) {
  absl::StatusOr<std::unique_ptr<Lease>> lease = Take();
  RLMESH_ASSERT_OK(lease);
  const std::string folder =
      "/tmp/rlmesh-sandbox-" + Read(**lease).token.substr(0, 12);
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  EXPECT_THAT((*lease)->MakeFolder(),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr(folder)));
  EXPECT_THAT(Read(**lease).folders, IsEmpty());
  RLMESH_EXPECT_OK((*lease)->Release());
  EXPECT_EQ(rmdir(folder.c_str()), 0);
}

TEST_F(LeaseTest, AForkedChildDoesNotReleaseIt) {
  absl::StatusOr<std::unique_ptr<Lease>> lease = Take();
  RLMESH_ASSERT_OK(lease);
  const pid_t pid = fork();
  if (pid == 0) {
    lease->reset();
    _exit(0);
  }
  int status;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(std::filesystem::exists((*lease)->path()));
}

TEST_F(LeaseTest, ProcessesAreRecordedWithTheirStartTime) {
  absl::StatusOr<std::unique_ptr<Lease>> lease = Take();
  RLMESH_ASSERT_OK(lease);
  RLMESH_ASSERT_OK((*lease)->AddProcess(getpid()));
  RLMESH_ASSERT_OK((*lease)->AddSocket("/tmp/s"));
  const LeaseRecord record = Read(**lease);
  ASSERT_EQ(record.processes.size(), 1);
  EXPECT_EQ(record.processes[0].start_time,
            ProcTable().Look(getpid())->start_time);
  EXPECT_THAT(record.sockets, ElementsAre("/tmp/s"));
}

TEST_F(LeaseTest, ABuildFolderIsWrittenDownAndRemoved) {
  absl::StatusOr<std::unique_ptr<Lease>> lease = Take();
  RLMESH_ASSERT_OK(lease);
  const std::string folder = dir_->path() + "/key.building.0123456789abcdef";
  RLMESH_ASSERT_OK((*lease)->AddBuildFolder(folder));
  EXPECT_THAT(Read(**lease).folders, ElementsAre(folder));
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  EXPECT_THAT((*lease)->AddBuildFolder(dir_->path()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  RLMESH_ASSERT_OK((*lease)->Release());
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace rlmesh
