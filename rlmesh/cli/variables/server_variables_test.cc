// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/variables/server_variables.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
using Variables = std::map<std::string, std::string>;

GetVariable From(const Variables& variables) {
  return [&variables](const char* name) -> const char* {
    const auto it = variables.find(name);
    return it == variables.end() ? nullptr : it->second.c_str();
  };
}

absl::Status Read(const Variables& variables, ServerVariables* read) {
  return read->Read(From(variables), "env", "127.0.0.1:50051");
}

TEST(ServerVariablesTest, TheFlagGoesBeforeAddressPortAndDefault) {
  ServerVariables read;
  read.address = "127.0.0.1:0";
  RLMESH_ASSERT_OK(
      Read({{"RLMESH_ADDRESS", "ftp://x"}, {"RLMESH_PORT", "abc"}}, &read));
  EXPECT_EQ(read.address, "127.0.0.1:0");
  read = {};
  RLMESH_ASSERT_OK(
      Read({{"RLMESH_ADDRESS", "[::1]:7"}, {"RLMESH_PORT", "abc"}}, &read));
  EXPECT_EQ(read.address, "[::1]:7");
  read = {};
  RLMESH_ASSERT_OK(Read({{"RLMESH_PORT", "7000"}}, &read));
  EXPECT_EQ(read.address, "0.0.0.0:7000");
  read = {};
  RLMESH_ASSERT_OK(Read({}, &read));
  EXPECT_EQ(read.address, "127.0.0.1:50051");
}

TEST(ServerVariablesTest, ShutdownCanOnlyBeEnabled) {
  for (const char* value : {"1", "true"}) {
    ServerVariables read;
    RLMESH_ASSERT_OK(Read({{"RLMESH_ALLOW_REMOTE_SHUTDOWN", value}}, &read));
    EXPECT_TRUE(read.allow_remote_shutdown);
  }
  ServerVariables read;
  RLMESH_ASSERT_OK(Read({{"RLMESH_ALLOW_REMOTE_SHUTDOWN", "0"}}, &read));
  EXPECT_FALSE(read.allow_remote_shutdown);
  read.allow_remote_shutdown = true;
  RLMESH_ASSERT_OK(Read({{"RLMESH_ALLOW_REMOTE_SHUTDOWN", "0"}}, &read));
  EXPECT_TRUE(read.allow_remote_shutdown);
}

TEST(ServerVariablesTest, RefusalsNameTheVariableAndTheValue) {
  for (const auto& [name, value] :
       Variables{{"RLMESH_PORT", "abc"},
                 {"RLMESH_PORT", "70000"},
                 {"RLMESH_ADDRESS", "ftp://x"},
                 {"RLMESH_WORKFLOW_EDITION", "2099.01"}}) {
    ServerVariables read;
    EXPECT_THAT(Read({{name, value}}, &read),
                StatusIs(kInvalid, AllOf(StartsWith(name), HasSubstr(value))));
  }
}

TEST(ServerVariablesTest, MakeKwargsAreAJsonObject) {
  std::string kwargs;
  const Variables good = {{"RLMESH_MAKE_KWARGS", "{\"k\": 1}"}};
  RLMESH_ASSERT_OK(ReadMakeKwargs(From(good), "{}", &kwargs));
  EXPECT_EQ(kwargs, "{\"k\": 1}");
  const Variables bad = {{"RLMESH_MAKE_KWARGS", "[1]"}};
  RLMESH_ASSERT_OK(
      ReadMakeKwargs(From(bad), "{\"a\": 1}", &kwargs));  // a flag goes first
  kwargs.clear();
  EXPECT_THAT(ReadMakeKwargs(From(bad), "{\"a\": 1}", &kwargs),
              StatusIs(kInvalid, AllOf(StartsWith("RLMESH_MAKE_KWARGS '[1]'"),
                                       HasSubstr("not a JSON object"),
                                       HasSubstr("KWARGS='{\"a\": 1}'"))));
}

}  // namespace
}  // namespace rlmesh
