// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/bind_probe.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/transport/testing/raw_listener.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(BindProbeTest, AFreePortIsFine) {
  RLMESH_EXPECT_OK(ProbeBind(*Address::ForBind("127.0.0.1:0")));
}

TEST(BindProbeTest, AnAddressOfAnotherMachineSaysWhatWorks) {
  // 192.0.2.0/24 is for documentation: no machine has it.
  EXPECT_THAT(ProbeBind(*Address::ForBind("192.0.2.1:5")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("192.0.2.1:5"), HasSubstr("0.0.0.0"))));
}

TEST(BindProbeTest, ABusyPortProposesTheNextFreeOne) {
  const std::unique_ptr<RawListener> other = RawListener::Mute();
  const absl::Status status = ProbeBind(other->address());
  ASSERT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists,
                               AllOf(HasSubstr("failed to bind"),
                                     HasSubstr(other->address().ToString()))));
  // The proposal works.
  const std::string message(status.message());
  const size_t at = message.rfind("tcp://");
  const std::string proposal = message.substr(at, message.find(';', at) - at);
  ASSERT_NE(proposal, other->address().ToString());
  RLMESH_EXPECT_OK(ProbeBind(*Address::ForBind(proposal)));
}

class UnixBindProbeTest : public ::testing::Test {
 protected:
  UnixBindProbeTest()
      : dir_(*TempDir::Create("probe")), path_(dir_.path() + "/s") {}

  Address At(const std::string& path) {
    return *Address::ForBind(absl::StrCat("unix://", path));
  }

  TempDir dir_;
  const std::string path_;
};

TEST_F(UnixBindProbeTest, AFreePathIsFine) {
  RLMESH_EXPECT_OK(ProbeBind(At(path_)));
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
}

TEST_F(UnixBindProbeTest, ALivingServerKeepsItsSocket) {
  const std::unique_ptr<RawListener> other = RawListener::MuteAt(path_);
  EXPECT_THAT(ProbeBind(At(path_)),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       AllOf(HasSubstr(path_), HasSubstr("stop it"))));
  EXPECT_EQ(access(path_.c_str(), F_OK), 0);
}

TEST_F(UnixBindProbeTest, TheSocketOfADeadServerIsRemoved) {
  RawListener::MuteAt(path_);  // dies at once and leaves its file
  ASSERT_EQ(access(path_.c_str(), F_OK), 0);
  RLMESH_EXPECT_OK(ProbeBind(At(path_)));
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
}

TEST_F(UnixBindProbeTest, AnotherFileIsLeftAlone) {
  UniqueFd file(open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  ASSERT_TRUE(file.valid());
  EXPECT_THAT(ProbeBind(At(path_)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(path_), HasSubstr("no socket"))));
  EXPECT_EQ(access(path_.c_str(), F_OK), 0);
}

TEST_F(UnixBindProbeTest, AMissingFolderIsNamed) {
  EXPECT_THAT(
      ProbeBind(At(path_ + "/deep/s")),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr(path_ + "/deep/")));
}

}  // namespace
}  // namespace rlmesh
