// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/reset_options.h"

#include <string>

#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

MetaBytes Options(int trials) {
  spaces::v1::MetaMap map;
  (*map.mutable_entries())["level"] = MetaInteger(3);
  auto* list = (*map.mutable_entries())["trial_index"].mutable_list();
  for (int i = 0; i < trials; ++i) *list->add_items() = MetaInteger(10 + i);
  return SerializeMeta(map);
}

TEST(ResetOptionsTest, TrialIndicesGoToTheirRows) {
  const MetaBytes bytes = Options(4);
  auto options = ResetOptions::Parse(bytes, /*rows=*/4);
  RLMESH_ASSERT_OK(options);
  std::string out = "payload";
  options->AppendFor({1, 3}, &out);
  auto map = ParseMeta(out.substr(7));
  RLMESH_ASSERT_OK(map);
  EXPECT_EQ(map->entries().at("level").integer(), 3);
  const auto& trials = map->entries().at("trial_index").list();
  ASSERT_EQ(trials.items_size(), 2);
  EXPECT_EQ(trials.items(0).integer(), 11);
  EXPECT_EQ(trials.items(1).integer(), 13);
}

TEST(ResetOptionsTest, OthersAreTheSameForAllRows) {
  const MetaBytes bytes = Options(3);
  auto options = ResetOptions::Parse(bytes, /*rows=*/4);
  RLMESH_ASSERT_OK(options);
  std::string out;
  options->AppendFor({1, 3}, &out);
  EXPECT_EQ(out, bytes);
}

TEST(ResetOptionsTest, RefusesWhatIsNoMap) {
  EXPECT_THAT(ResetOptions::Parse("\xff\xff\xff", /*rows=*/4),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rlmesh
