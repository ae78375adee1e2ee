// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/socket_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

void Touch(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  ASSERT_TRUE(file.valid()) << path;
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

TEST(SocketFileTest, MovesToItsNameAndIsRemovedThere) {
  const TempDir dir = *TempDir::Create("socket");
  const std::string path = absl::StrCat(dir.path(), "/s");
  const std::string hidden = SocketFile::HiddenName(path);
  EXPECT_THAT(hidden, StartsWith(absl::StrCat(dir.path(), "/.")));
  Touch(hidden);
  Touch(path);  // what a killed server left
  absl::StatusOr<SocketFile> file = SocketFile::Publish(hidden, path, 0640);
  RLMESH_ASSERT_OK(file);
  EXPECT_FALSE(Exists(hidden));
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640);
  file->Remove();
  EXPECT_FALSE(Exists(path));
  Touch(path);
  file->Remove();  // no more of its business
  EXPECT_TRUE(Exists(path));
}

TEST(SocketFileTest, ASuccessorsFileStays) {
  const TempDir dir = *TempDir::Create("socket");
  const std::string path = absl::StrCat(dir.path(), "/s");
  SocketFile files[2];
  for (SocketFile& file : files) {
    const std::string hidden = SocketFile::HiddenName(path);
    Touch(hidden);
    file = *SocketFile::Publish(hidden, path, 0600);
  }
  files[0].Remove();
  EXPECT_TRUE(Exists(path));
  files[1].Remove();
  EXPECT_FALSE(Exists(path));
}

TEST(SocketFileTest, ALongFolderLeavesTheNameAsItIs) {
  const std::string path = absl::StrCat("/", std::string(100, 'd'), "/s");
  EXPECT_EQ(SocketFile::HiddenName(path), path);
}

TEST(SocketFileTest, AnErrorNamesTheSocket) {
  EXPECT_THAT(
      SocketFile::Publish("/no/such/file", "/no/such/socket", 0600).status(),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such/socket")));
}

}  // namespace
}  // namespace rlmesh
