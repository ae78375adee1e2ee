// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/server_security.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "glog/logging.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/transport/testing/test_authority.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The warnings of this process, while it lives.
class Warnings : public google::LogSink {
 public:
  Warnings() { google::AddLogSink(this); }
  ~Warnings() override { google::RemoveLogSink(this); }

  void send(google::LogSeverity severity, const char*, const char*, int,
            const google::LogMessageTime&, const char* message,
            size_t size) override {
    if (severity == google::GLOG_WARNING) seen.emplace_back(message, size);
  }

  std::vector<std::string> seen;
};

std::vector<std::string> WarningsFor(const std::string& address, bool tls,
                                     bool token) {
  Warnings warnings;
  WarnIfOpen(*Address::ForBind(address), tls, token);
  return warnings.seen;
}

TEST(ServerSecurityTest, AnOpenServerBeyondLoopbackIsWarnedOfOnce) {
  for (const char* where : {"0.0.0.0:1", "[::]:1", "192.0.2.1:1"}) {
    EXPECT_THAT(WarningsFor(where, false, false),
                ElementsAre(AllOf(HasSubstr(where), HasSubstr("--token_file"),
                                  HasSubstr("--tls_cert"))));
    EXPECT_THAT(WarningsFor(where, false, true),
                ElementsAre(AllOf(HasSubstr(where), HasSubstr("without TLS"),
                                  HasSubstr("learns the token"))));
    EXPECT_THAT(WarningsFor(where, true, false), IsEmpty());
    EXPECT_THAT(WarningsFor(where, true, true), IsEmpty());
  }
}

TEST(ServerSecurityTest, LoopbackAndSocketsNeedNothing) {
  for (const char* where : {"127.0.0.1:1", "[::1]:1", "localhost:1", "1",
                            "127.8.8.8:1", "unix:///tmp/s"}) {
    EXPECT_THAT(WarningsFor(where, false, false), IsEmpty()) << where;
  }
}

TEST(ServerSecurityTest, HalfAnIdentityIsRefused) {
  ServerSecurityFiles files;
  RLMESH_EXPECT_OK(files.Validate());
  files.tls_cert = "a";
  EXPECT_THAT(files.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("--tls_key")));
  files.tls_cert.clear();
  files.tls_key = "a";
  EXPECT_THAT(files.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("--tls_cert")));
  files.tls_key.clear();
  files.tls_client_ca = "a";
  EXPECT_THAT(files.Validate(), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("--tls_cert")));
}

TEST(ServerSecurityTest, ReadsWhatIsNamed) {
  const TempDir dir = *TempDir::Create("security");
  const TestAuthority authority("ours");
  const TestCertificate own = authority.Issue({});
  ServerSecurityFiles files;
  files.tls_cert = WriteTestFile(dir.path() + "/cert", own.certificate);
  files.tls_key = WriteTestFile(dir.path() + "/key", own.key);
  files.tls_client_ca =
      WriteTestFile(dir.path() + "/ca", authority.certificate());
  files.token_file = WriteTestFile(dir.path() + "/token", "abc\n");
  const auto security = files.Read();
  RLMESH_ASSERT_OK(security);
  EXPECT_TRUE(security->token.Matches("abc"));
  ASSERT_TRUE(security->tls.has_value());
  EXPECT_EQ(security->tls->client_authorities, authority.certificate());

  files.tls_client_ca = WriteTestFile(dir.path() + "/ca", "nothing");
  EXPECT_THAT(files.Read(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr(dir.path() + "/ca")));
}

}  // namespace
}  // namespace rlmesh
