// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/lanes/lane_infos.h"

#include <string>

#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

TEST(LaneInfosTest, IsTheListOfMapsAndTheListOfEnds) {
  spaces::v1::MetaMap first;
  (*first.mutable_entries())["text"] = MetaText(std::string(300, 'x'));
  (*first.mutable_entries())["n"] = MetaInteger(-1);
  const MetaBytes bytes = SerializeMeta(first);
  std::string infos = "what was there before";
  EncodeLaneInfos({bytes, "", bytes}, {0, 1, 0}, &infos);
  auto map = ParseMeta(infos);
  RLMESH_ASSERT_OK(map);
  EXPECT_EQ(map->entries_size(), 2);
  const auto& finals = map->entries().at("final_info").list();
  ASSERT_EQ(finals.items_size(), 3);
  EXPECT_EQ(SerializeMeta(finals.items(0).map()), bytes);
  EXPECT_TRUE(finals.items(1).has_map());
  EXPECT_EQ(finals.items(1).map().entries_size(), 0);
  EXPECT_EQ(SerializeMeta(finals.items(2).map()), bytes);
  const auto& ended = map->entries().at("_final_info").list();
  ASSERT_EQ(ended.items_size(), 3);
  EXPECT_EQ(ended.items(0).kind_case(), spaces::v1::MetaValue::kBool);
  EXPECT_FALSE(ended.items(0).bool_());
  EXPECT_TRUE(ended.items(1).bool_());
}

TEST(LaneInfosTest, ForeignBytesSpoilNothingButTheirOwnRow) {
  std::string infos;
  EncodeLaneInfos({"\xff\xff", ""}, {0, 0}, &infos);
  EXPECT_FALSE(ParseMeta(infos).ok());
  EncodeLaneInfos({"", ""}, {0, 0}, &infos);
  EXPECT_TRUE(ParseMeta(infos).ok());
}

}  // namespace
}  // namespace rlmesh
