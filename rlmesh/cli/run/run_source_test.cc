// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_source.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(RunSourceTest, TakesEnvironmentIds) {
  for (const char* text :
       {"CartPole-v1", "gym://CartPole-v1", " CartPole-v1 "}) {
    absl::StatusOr<RunSource> source = ParseRunSource(text);
    RLMESH_ASSERT_OK(source);
    EXPECT_EQ(absl::get<SourceRef>(*source).env_id(), "CartPole-v1");
    EXPECT_EQ(ToString(*source), "gym://CartPole-v1");
  }
  EXPECT_EQ(ToString(*ParseRunSource("gym://CartPole")), "gym://CartPole");
}

TEST(RunSourceTest, SaysWhatImagesAndRepositoriesWouldNeed) {
  for (const char* image : {"image://x", "docker://x:1", "name:1"}) {
    EXPECT_THAT(ParseRunSource(image),
                StatusIs(absl::StatusCode::kUnimplemented,
                         AllOf(HasSubstr(image), HasSubstr("--runtime=docker"),
                               HasSubstr("gym://"))));
  }
  EXPECT_THAT(
      ParseRunSource("hf://org/repo"),
      StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("hf://org/repo")));
}

TEST(RunSourceTest, NamesBothReadingsOfABareName) {
  EXPECT_THAT(ParseRunSource("CartPole"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("gym://CartPole"),
                             HasSubstr("docker://CartPole"))));
  EXPECT_THAT(ParseRunSource("ftp://x"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(RunSourceTest, AddressesWithASchemeAreServers) {
  for (const char* text : {"tcp://127.0.0.1:50051", "unix:///tmp/a/s"}) {
    absl::StatusOr<RunSource> source = ParseRunSource(text);
    RLMESH_ASSERT_OK(source);
    EXPECT_TRUE(absl::holds_alternative<Address>(*source));
    EXPECT_EQ(ToString(*source), text);
  }
  EXPECT_THAT(ParseRunSource("tcp://127.0.0.1"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("tcp://127.0.0.1")));
}

TEST(RunSourceTest, ABareAddressIsToldWhatToWrite) {
  for (const char* text : {"127.0.0.1:50051", "localhost:50051"}) {
    EXPECT_THAT(ParseRunSource(text),
                StatusIs(absl::StatusCode::kUnimplemented,
                         HasSubstr(std::string("tcp://") + text)));
  }
  EXPECT_THAT(ParseRunSource("/tmp/a/s"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("unix:///tmp/a/s")));
}

}  // namespace
}  // namespace rlmesh
