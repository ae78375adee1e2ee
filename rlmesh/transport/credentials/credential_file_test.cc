// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/credential_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CredentialFileTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& bytes, mode_t mode) {
    const std::string path = dir_.path() + "/file";
    EXPECT_TRUE(WriteFileAtomically(path, bytes).ok());
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }

  TempDir dir_ = *TempDir::Create("credential");
};

TEST_F(CredentialFileTest, ReadsAFileWhole) {
  EXPECT_THAT(ReadCredentialFile(Write(std::string("a\0b\n", 4), 0600),
                                 Privacy::kSecret),
              IsOkAndHolds(std::string("a\0b\n", 4)));
}

TEST_F(CredentialFileTest, ASecretThatOthersCanReadOrWriteIsRefused) {
  for (const mode_t mode : {0604, 0644, 0602}) {
    const std::string path = Write("hush", mode);
    EXPECT_THAT(ReadCredentialFile(path, Privacy::kSecret),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(path), HasSubstr("chmod o-rw"),
                               Not(HasSubstr("hush")))));
    RLMESH_EXPECT_OK(ReadCredentialFile(path, Privacy::kPublic));
  }
  // A group may be the one that shares it.
  RLMESH_EXPECT_OK(ReadCredentialFile(Write("x", 0640), Privacy::kSecret));
}

TEST_F(CredentialFileTest, WhatIsNoFileIsNamed) {
  EXPECT_THAT(
      ReadCredentialFile("/nowhere/token", Privacy::kSecret),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("/nowhere/token"), HasSubstr("no such file"))));
  EXPECT_THAT(ReadCredentialFile(dir_.path(), Privacy::kPublic),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no regular file")));
  EXPECT_THAT(ReadCredentialFile("/dev/zero", Privacy::kPublic),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(CredentialFileTest, APipeWithoutAWriterKeepsNobodyWaiting) {
  const std::string path = dir_.path() + "/pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(ReadCredentialFile(path, Privacy::kSecret),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no regular file")));
}

TEST_F(CredentialFileTest, AHugeFileIsRefused) {
  EXPECT_THAT(
      ReadCredentialFile(Write(std::string((1 << 20) + 1, 'x'), 0600),
                         Privacy::kSecret),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("longer")));
}

}  // namespace
}  // namespace rlmesh
