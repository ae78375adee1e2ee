// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/logging.h"

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(LogOptionsTest, IsQuietUnlessAsked) {
  const absl::StatusOr<LogOptions> options = LogOptions::Parse("");
  RLMESH_ASSERT_OK(options);
  EXPECT_EQ(options->level, LogOptions::Level::kWarning);
  EXPECT_FALSE(options->json);
}

TEST(LogOptionsTest, ReadsLevelAndForm) {
  const absl::StatusOr<LogOptions> options = LogOptions::Parse("debug,json");
  RLMESH_ASSERT_OK(options);
  EXPECT_EQ(options->level, LogOptions::Level::kDebug);
  EXPECT_TRUE(options->json);
}

TEST(LogOptionsTest, NamesTheLevelItDoesNotKnow) {
  EXPECT_THAT(LogOptions::Parse("loud"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("loud"), HasSubstr("warning"))));
  EXPECT_THAT(LogOptions::Parse("info,xml"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("json")));
}

TEST(LogLineTest, TextNamesLevelAndSource) {
  EXPECT_EQ(logging_internal::FormatLine(false, 1, absl::FromUnixMillis(1500),
                                         "a.cc", 7, "hello"),
            "1970-01-01T00:00:01.500Z warning a.cc:7] hello\n");
}

TEST(LogLineTest, JsonEscapesWhateverTheMessageHolds) {
  EXPECT_EQ(logging_internal::FormatLine(true, 2, absl::UnixEpoch(), "a.cc", 7,
                                         "a \"b\"\n\\"),
            "{\"time\":\"1970-01-01T00:00:00.000Z\",\"level\":\"error\","
            "\"source\":\"a.cc:7\",\"message\":\"a \\\"b\\\"\\u000a\\\\\"}\n");
}

}  // namespace
}  // namespace rlmesh
