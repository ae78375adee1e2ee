// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/clients_bench.h"

#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

ClientsBenchOptions SmallOptions() {
  ClientsBenchOptions options;
  options.clients = {2, 65};
  options.episodes = 5;
  options.min_steps = 500;
  options.env_server = std::getenv("ENV_SERVER");
  return options;
}

// More clients than a server takes by default, and than it has threads.
TEST(ClientsBenchTest, AllClientsPlayAllEpisodesWithoutAnError) {
  const absl::StatusOr<ClientsBenchResult> result =
      RunClientsBench(SmallOptions());
  RLMESH_ASSERT_OK(result);
  ASSERT_EQ(result->rows.size(), 2u);
  EXPECT_EQ(result->rows[0].episodes, 2 * 31);  // 500 steps of at least 8 each
  const ClientsBenchRow& many = result->rows[1];
  EXPECT_EQ(many.episodes, 65 * 5);
  EXPECT_GE(many.steps, many.episodes * 8);
  EXPECT_GT(many.steps_per_second, 0);
  const std::string table = FormatClientsBench(*result);
  EXPECT_THAT(table, HasSubstr("65 clients: "));
  const absl::StatusOr<Json> json = ParseJson(ClientsBenchJson(*result));
  RLMESH_ASSERT_OK(json);
  EXPECT_EQ((*json)["results"].size(), 2u);
  EXPECT_EQ((*json)["results"][1]["steps"], many.steps);
}

TEST(ClientsBenchTest, OptionsNameWhatIsWrong) {
  ClientsBenchOptions options = SmallOptions();
  options.clients = {0};
  EXPECT_THAT(
      RunClientsBench(options),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("clients has 0")));
  options = SmallOptions();
  options.env_server.clear();
  EXPECT_THAT(RunClientsBench(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("env_server is empty")));
}

}  // namespace
}  // namespace rlmesh
