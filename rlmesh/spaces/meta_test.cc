// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/meta.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"

namespace rlmesh {
namespace {

using spaces::v1::MetaMap;
using spaces::v1::MetaValue;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

MetaBytes Map(const std::vector<std::pair<std::string, MetaValue>>& entries) {
  MetaMap map;
  for (const auto& entry : entries) {
    (*map.mutable_entries())[entry.first] = entry.second;
  }
  return SerializeMeta(map);
}

TEST(MetaTest, EqualMapsGiveEqualBytes) {
  MetaMap a, b;
  for (int i = 0; i < 100; ++i) {
    (*a.mutable_entries())[absl::StrCat(i)] = MetaInteger(i);
    (*b.mutable_entries())[absl::StrCat(99 - i)] = MetaInteger(99 - i);
  }
  EXPECT_EQ(SerializeMeta(a), SerializeMeta(b));
  EXPECT_EQ(ParseMeta(SerializeMeta(a))->entries().size(), 100u);
  EXPECT_EQ(SerializeMeta(MetaMap()), "");
  EXPECT_EQ(ParseMeta("")->entries().size(), 0u);
}

TEST(MetaTest, RefusesWhatIsNoMap) {
  EXPECT_THAT(ParseMeta("\x0a\x05zz"), StatusIs(kInvalid));
  EXPECT_THAT(ParseMeta("\xff"), StatusIs(kInvalid));
  // A key that is not UTF-8.
  EXPECT_THAT(ParseMeta("\x0a\x03\x0a\x01\xff"), StatusIs(kInvalid));
}

// A map in a map in a map ...
MetaMap Nested(int depth) {
  MetaMap map;
  if (depth > 1) {
    *(*map.mutable_entries())["k"].mutable_map() = Nested(depth - 1);
  }
  return map;
}

TEST(MetaTest, NestingEndsAt24) {
  RLMESH_EXPECT_OK(ParseMeta(SerializeMeta(Nested(24))));
  EXPECT_THAT(ParseMeta(SerializeMeta(Nested(25))),
              StatusIs(kInvalid, HasSubstr("24 deep")));
  EXPECT_THAT(ParseMeta(SerializeMeta(Nested(1000))), StatusIs(kInvalid));
  MetaValue lists;
  for (int i = 0; i < 24; ++i) {
    MetaValue outer;
    *outer.mutable_list()->add_items() = lists;
    lists = outer;
  }
  EXPECT_THAT(ParseMeta(Map({{"k", lists}})),
              StatusIs(kInvalid, HasSubstr("24 deep")));
}

TEST(MetaTest, WhatPassesAlsoPassesAsPartOfTheDeepestMessage) {
  env::v1::JoinResponse response;
  *response.mutable_step()->add_completed_episodes()->mutable_final_info() =
      Nested(kMaxMetaDepth);
  env::v1::JoinResponse parsed;
  EXPECT_TRUE(parsed.ParseFromString(response.SerializeAsString()));
}

TEST(SuccessOfTest, FirstPresentKeyWins) {
  EXPECT_EQ(SuccessOf(Map({{"is_success", MetaBool(true)}})), true);
  EXPECT_EQ(SuccessOf(Map({{"success", MetaBool(false)}})), false);
  EXPECT_EQ(SuccessOf(Map({{"task_success", MetaBool(true)}})), true);
  EXPECT_EQ(SuccessOf(Map({{"success", MetaBool(false)},
                           {"task_success", MetaBool(true)}})),
            false);
  EXPECT_EQ(SuccessOf(Map({{"is_success", MetaBool(true)},
                           {"success", MetaBool(false)}})),
            true);
}

TEST(SuccessOfTest, NumbersCountByTruthValue) {
  EXPECT_EQ(SuccessOf(Map({{"success", MetaInteger(0)}})), false);
  EXPECT_EQ(SuccessOf(Map({{"success", MetaInteger(-1)}})), true);
  EXPECT_EQ(SuccessOf(Map({{"success", MetaNumber(0.0)}})), false);
  EXPECT_EQ(SuccessOf(Map({{"success", MetaNumber(0.5)}})), true);
}

TEST(SuccessOfTest, AnythingElseIsUnknown) {
  EXPECT_EQ(SuccessOf(""), absl::nullopt);
  EXPECT_EQ(SuccessOf("garbage"), absl::nullopt);
  EXPECT_EQ(SuccessOf(Map({{"reward", MetaNumber(1)}})), absl::nullopt);
  EXPECT_EQ(SuccessOf(Map({{"success", MetaText("yes")}})), absl::nullopt);
}

TEST(AppendConformanceWarningsTest, KeepsWhatIsThere) {
  MetaBytes infos = Map({{"steps", MetaInteger(7)}});
  RLMESH_ASSERT_OK(
      AppendConformanceWarnings("observation", {{"$.a", "too big"}}, &infos));
  RLMESH_ASSERT_OK(AppendConformanceWarnings(
      "action", {{"$", "too small"}, {"$[1]", "odd"}}, &infos));
  const MetaMap map = ParseMeta(infos).value();
  EXPECT_EQ(map.entries().at("steps").integer(), 7);
  const auto& list = map.entries().at("rlmesh.conformance.warning").list();
  ASSERT_EQ(list.items_size(), 3);
  EXPECT_EQ(list.items(0).map().entries().at("kind").text(), "observation");
  EXPECT_EQ(list.items(0).map().entries().at("path").text(), "$.a");
  EXPECT_EQ(list.items(0).map().entries().at("detail").text(), "too big");
  EXPECT_EQ(list.items(2).map().entries().at("path").text(), "$[1]");
}

TEST(AppendConformanceWarningsTest, NothingToReportTouchesNothing) {
  MetaBytes infos = "not even a map";
  RLMESH_EXPECT_OK(AppendConformanceWarnings("action", {}, &infos));
  EXPECT_EQ(infos, "not even a map");
  EXPECT_THAT(AppendConformanceWarnings("action", {{"$", "x"}}, &infos),
              StatusIs(kInvalid));
}

}  // namespace
}  // namespace rlmesh
