// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/variables/bootstrap.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(BootstrapTest, GymHasDefaults) {
  auto read =
      Bootstrap::Parse(R"({"spec": {"kind": "gym", "env_id": "CartPole-v1"}})");
  RLMESH_ASSERT_OK(read);
  EXPECT_EQ(read->kind, Bootstrap::Kind::kGym);
  EXPECT_EQ(read->target, "CartPole-v1");
  EXPECT_EQ(read->kwargs, "");
  EXPECT_EQ(read->num_envs, 1);
  EXPECT_EQ(read->vectorization_mode, "");
}

TEST(BootstrapTest, FactoryTakesEveryMember) {
  auto read = Bootstrap::Parse(
      R"({"spec": {"kind": "factory", "entrypoint": "m:C", "num_envs": 3,
          "kwargs": {"b": [1], "a": null}, "imports": ["x", "y.z"],
          "vectorization_mode": "async"}})");
  RLMESH_ASSERT_OK(read);
  EXPECT_EQ(read->kind, Bootstrap::Kind::kFactory);
  EXPECT_EQ(read->target, "m:C");
  EXPECT_EQ(read->kwargs, R"({"a":null,"b":[1]})");
  EXPECT_THAT(read->imports, ElementsAre("x", "y.z"));
  EXPECT_EQ(read->num_envs, 3);
  EXPECT_EQ(read->vectorization_mode, "async");
}

TEST(BootstrapTest, RefusalsNameTheMember) {
  const std::pair<const char*, const char*> bad[] = {
      {"{", "line 1"},
      {"[]", "\"spec\""},
      {R"({"spec": {}})", "\"kind\""},
      {R"({"spec": {"kind": "zip"}})", "zip"},
      {R"({"spec": {"kind": "gym"}})", "\"env_id\""},
      {R"({"spec": {"kind": "gym", "env_id": 5}})", "spec.env_id is 5"},
      {R"({"spec": {"kind": "gym", "env_id": "x", "kwargs": []}})", "kwargs"},
      {R"({"spec": {"kind": "gym", "env_id": "x", "imports": [1]}})",
       "imports"},
      {R"({"spec": {"kind": "gym", "env_id": "x", "num_envs": 0}})",
       "num_envs is 0"},
      {R"({"spec": {"kind": "gym", "env_id": "x", "entrypoint": "m:C"}})",
       "\"entrypoint\""}};
  for (const auto& [text, part] : bad) {
    EXPECT_THAT(
        Bootstrap::Parse(text),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(StartsWith("RLMESH_BOOTSTRAP_JSON"), HasSubstr(part))));
  }
}

TEST(BootstrapTest, HuggingFaceSourcesAreRefusedWithTheWayOut) {
  EXPECT_THAT(
      Bootstrap::Parse(R"({"spec": {"kind": "hf", "source_subdir": "s"}})"),
      StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("factory")));
}

}  // namespace
}  // namespace rlmesh
