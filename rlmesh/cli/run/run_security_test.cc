// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_security.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kServer[] = "tcp://127.0.0.1:1";

SecurityFlags WithToken(const char* file) {
  SecurityFlags flags;
  flags.token_file = file;
  return flags;
}

TEST(RunSecurityTest, TheOnlyServerGetsThePlainFlags) {
  auto shared =
      ShareSecurity(WithToken("a"), {}, /*source_is_server=*/true, "random");
  RLMESH_ASSERT_OK(shared);
  EXPECT_EQ(shared->source.token_file, "a");
  EXPECT_EQ(shared->policy.token_file, "");
  shared =
      ShareSecurity(WithToken("a"), {}, /*source_is_server=*/false, kServer);
  RLMESH_ASSERT_OK(shared);
  EXPECT_EQ(shared->policy.token_file, "a");
  shared =
      ShareSecurity({}, WithToken("b"), /*source_is_server=*/false, kServer);
  RLMESH_ASSERT_OK(shared);
  EXPECT_EQ(shared->policy.token_file, "b");
}

TEST(RunSecurityTest, OfTwoServersNoneGetsWhatIsForTheOther) {
  auto shared =
      ShareSecurity(WithToken("a"), {}, /*source_is_server=*/true, kServer);
  RLMESH_ASSERT_OK(shared);
  EXPECT_EQ(shared->source.token_file, "a");
  EXPECT_EQ(shared->policy.token_file, "");
  shared =
      ShareSecurity({}, WithToken("b"), /*source_is_server=*/true, kServer);
  RLMESH_ASSERT_OK(shared);
  EXPECT_EQ(shared->source.token_file, "");
  EXPECT_EQ(shared->policy.token_file, "b");
}

TEST(RunSecurityTest, FlagsOfAServerThatThereIsNotAreRefused) {
  EXPECT_THAT(
      ShareSecurity(WithToken("a"), {}, /*source_is_server=*/false, "random"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--token_file"), HasSubstr("random"))));
  EXPECT_THAT(
      ShareSecurity({}, WithToken("b"), /*source_is_server=*/true, "random"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("--policy_token_file is for a served")));
  EXPECT_THAT(ShareSecurity(WithToken("a"), WithToken("b"),
                            /*source_is_server=*/false, kServer),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("for the same server")));
  SecurityFlags half;
  half.tls_key = "key.pem";
  EXPECT_THAT(ShareSecurity(half, {}, /*source_is_server=*/true, "random"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rlmesh
