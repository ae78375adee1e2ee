// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/sandbox/front_source.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/sandbox/sandbox_error.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;
using Kind = FrontSource::Kind;

struct Row {
  std::string input;
  Kind kind;
  std::string text;
};

class FrontSourceTest : public testing::TestWithParam<Row> {};

TEST_P(FrontSourceTest, Classifies) {
  absl::StatusOr<FrontSource> source = ClassifySource(GetParam().input);
  RLMESH_ASSERT_OK(source);
  EXPECT_EQ(source->kind, GetParam().kind) << GetParam().input;
  EXPECT_EQ(source->text, GetParam().text);
  EXPECT_FALSE(source->why.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, FrontSourceTest,
    testing::Values(Row{"gym://CartPole", Kind::kBuild, "gym://CartPole"},
                    Row{" hf://org/repo ", Kind::kBuild, "hf://org/repo"},
                    Row{"gym://image://x", Kind::kBuild, "gym://image://x"},
                    Row{"CartPole-v10", Kind::kBuild, "CartPole-v10"},
                    Row{"ALE/Pong-v5", Kind::kBuild, "ALE/Pong-v5"},
                    Row{"pkg:Env-v0", Kind::kBuild, "pkg:Env-v0"},
                    Row{"CartPole", Kind::kTagless, "CartPole"},
                    Row{"Env-v", Kind::kTagless, "Env-v"},
                    Row{"Env-v1a", Kind::kTagless, "Env-v1a"},
                    Row{"./dir", Kind::kTagless, "./dir"},
                    Row{"/abs", Kind::kTagless, "/abs"},
                    Row{"reg:5000/img", Kind::kTagless, "reg:5000/img"},
                    Row{"reg:5000/img:1", Kind::kImageShaped, "reg:5000/img:1"},
                    Row{"x@sha256:abc", Kind::kImageShaped, "x@sha256:abc"},
                    Row{"a-v1:latest", Kind::kImageShaped, "a-v1:latest"},
                    Row{"nope:1", Kind::kImageShaped, "nope:1"},
                    Row{"docker://x:1", Kind::kPrebuilt, "x:1"},
                    Row{"image:// x", Kind::kPrebuilt, "x"},
                    Row{"image://CartPole-v1", Kind::kPrebuilt,
                        "CartPole-v1"}));

TEST(FrontSourceErrorTest, RefusesWhatIsNothingOfThese) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "must not be empty"},
      {" \n", "must not be empty"},
      {"image://", "must include an image tag"},
      {"docker:// ", "must include an image tag"},
      {"IMAGE://x", "unsupported sandbox source scheme"},
      {"ftp://x", "unsupported sandbox source scheme"},
  };
  for (const auto& [input, substring] : rows) {
    absl::StatusOr<FrontSource> source = ClassifySource(input);
    EXPECT_THAT(source, StatusIs(absl::StatusCode::kInvalidArgument,
                                 HasSubstr(substring)));
    EXPECT_EQ(GetSandboxErrorKind(source.status()),
              SandboxErrorKind::kInvalidSource);
  }
}

}  // namespace
}  // namespace rlmesh
