// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/token.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
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

TEST(TokenTest, MatchesItselfByteForByte) {
  const Token token = *Token::Parse("s3cret value");
  EXPECT_TRUE(token.Matches("s3cret value"));
  for (const absl::string_view other :
       {"", "s3cret", "s3cret valu", "s3cret value ", "S3cret value",
        "Bearer s3cret value", "s3cret valuf"}) {
    EXPECT_FALSE(token.Matches(other)) << other;
  }
  EXPECT_FALSE(token.Matches(std::string("s3cret value\0", 13)));
}

TEST(TokenTest, ThereMayBeNone) { EXPECT_TRUE(Token().empty()); }

TEST(TokenTest, AFileMayEndWithOneLineEnd) {
  const TempDir dir = *TempDir::Create("token");
  const std::string path = dir.path() + "/token";
  for (const std::string end : {"", "\n", "\r\n"}) {
    RLMESH_ASSERT_OK(WriteFileAtomically(path, "abc" + end));
    const absl::StatusOr<Token> token = Token::FromFile(path);
    RLMESH_ASSERT_OK(token);
    EXPECT_TRUE(token->Matches("abc"));
  }
}

TEST(TokenTest, AHostileFileIsRefusedWithoutShowingIt) {
  const TempDir dir = *TempDir::Create("token");
  const std::string path = dir.path() + "/token";
  for (const std::string& bytes :
       {std::string(), std::string("\n"), std::string("hush\nhush"),
        std::string("hush\0hush", 9), std::string("hush\x7f"),
        std::string("hush\xc3\xa9"), std::string(" hush"), std::string("hush "),
        std::string("hush\n\n"),
        absl::StrCat("hush", std::string(Token::kMaxBytes, 'x'))}) {
    RLMESH_ASSERT_OK(WriteFileAtomically(path, bytes));
    EXPECT_THAT(Token::FromFile(path),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(path), Not(HasSubstr("hush")))));
  }
  EXPECT_TRUE(Token::Parse(std::string(Token::kMaxBytes, 'x')).ok());
}

TEST(TokenTest, ARefusalSaysWhatToDoAndNotTheToken) {
  const Address address = *Address::ForConnect("tcp://h:1");
  const absl::Status refusal = absl::UnauthenticatedError("invalid env token");
  EXPECT_THAT(Token().ExplainRefusal(refusal, address),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       AllOf(HasSubstr("tcp://h:1"), HasSubstr("--token_file"),
                             HasSubstr("RLMESH_TOKEN_FILE"))));
  EXPECT_THAT(
      Token::Parse("hush")->ExplainRefusal(refusal, address),
      StatusIs(absl::StatusCode::kUnauthenticated,
               AllOf(HasSubstr("another one"), Not(HasSubstr("hush")))));
}

}  // namespace
}  // namespace rlmesh
