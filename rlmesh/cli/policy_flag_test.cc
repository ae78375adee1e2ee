// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/policy_flag.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

auto Refuses(const char* value, const char* instead) {
  return StatusIs(absl::StatusCode::kInvalidArgument,
                  AllOf(HasSubstr(value), HasSubstr(instead)));
}

TEST(ParsePolicyFlagTest, TakesEveryKind) {
  RLMESH_EXPECT_OK(ParsePolicyFlag("random"));
  for (const char* text : {"constant:1", "constant:up", "constant:[0.5, -1]",
                           "constant:{\"a\": 1}", "constant:\"[\""}) {
    absl::StatusOr<Policy> policy = ParsePolicyFlag(text);
    RLMESH_ASSERT_OK(policy);
    EXPECT_EQ(policy->kind, Policy::Kind::kConstant);
  }
  EXPECT_EQ(ParsePolicyFlag("127.0.0.1:50052")->kind, Policy::Kind::kRemote);
}

TEST(ParsePolicyFlagTest, ShowsWhatWasMeant) {
  EXPECT_THAT(ParsePolicyFlag("rnadom"),
              Refuses("--policy=rnadom", "write --policy=random"));
  for (const char* text : {"constant", "constant:", "constnat:[1]"}) {
    EXPECT_THAT(ParsePolicyFlag(text),
                Refuses(text, "write --policy=constant:1"));
  }
  EXPECT_THAT(ParsePolicyFlag("up"), Refuses("--policy=up", "constant:VALUE"));
  EXPECT_THAT(ParsePolicyFlag("tcp://x"),
              Refuses("--policy=tcp://x", "tcp://HOST:PORT"));
}

TEST(ParsePolicyFlagTest, ChecksTheFormOfListsAndMaps) {
  for (const char* text : {"constant:[1", "constant:{a}", "constant:[1],"}) {
    EXPECT_THAT(ParsePolicyFlag(text), Refuses(text, "constant:[0.5, -1]"));
  }
}

}  // namespace
}  // namespace rlmesh
