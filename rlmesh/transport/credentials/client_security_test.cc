// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/client_security.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/transport/testing/test_authority.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

TEST(ClientSecurityTest, WhatNeedsTlsNamesTheAuthority) {
  ClientSecurityFiles files;
  RLMESH_EXPECT_OK(files.Validate());
  files.tls_server_name = "h";
  EXPECT_THAT(files.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("--tls_ca=FILE")));
  files.tls_server_name.clear();
  files.tls_cert = "a";
  EXPECT_THAT(files.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("--tls_key")));
  files.tls_key = "b";
  EXPECT_THAT(files.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("--tls_ca=FILE")));
  files.tls_ca = "c";
  RLMESH_EXPECT_OK(files.Validate());
}

TEST(ClientSecurityTest, AServerNameMustBeOne) {
  ClientSecurityFiles files;
  files.tls_ca = "c";
  for (const std::string& name : {std::string("https://h"), std::string("a b"),
                                  std::string("a\n"), std::string(300, 'a')}) {
    files.tls_server_name = name;
    EXPECT_THAT(files.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("--tls_server_name")));
  }
}

TEST(ClientSecurityTest, ReadsWhatIsNamed) {
  const TempDir dir = *TempDir::Create("security");
  const TestAuthority authority("ours");
  const TestCertificate own = authority.Issue({});
  ClientSecurityFiles files;
  files.tls_ca = WriteTestFile(dir.path() + "/ca", authority.certificate());
  files.token_file = WriteTestFile(dir.path() + "/token", "abc");
  auto security = files.Read();
  RLMESH_ASSERT_OK(security);
  EXPECT_TRUE(security->token.Matches("abc"));
  ASSERT_TRUE(security->tls.has_value());
  EXPECT_FALSE(security->tls->identity.has_value());

  files.tls_cert = WriteTestFile(dir.path() + "/cert", own.certificate);
  files.tls_key = WriteTestFile(dir.path() + "/key", own.key, 0644);
  EXPECT_THAT(files.Read(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr(files.tls_key)));
  WriteTestFile(files.tls_key, own.key);
  security = files.Read();
  RLMESH_ASSERT_OK(security);
  EXPECT_EQ(security->tls->identity->certificate, own.certificate);
}

}  // namespace
}  // namespace rlmesh
