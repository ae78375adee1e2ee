// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/adapters/meta_json.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(MetaJsonTest, EveryKindSurvivesARoundTrip) {
  const std::string text =
      "{\"a\":[],\"b\":true,\"f\":2.0,\"i\":-9223372036854775808,"
      "\"l\":[1,\"x\",[null],{}],\"m\":{\"k\":{\"z\":0}},\"n\":null,"
      "\"t\":\"h\xc3\xa9\"}";
  const absl::StatusOr<MetaBytes> bytes = MetaFromJsonText(text);
  RLMESH_ASSERT_OK(bytes);
  const absl::StatusOr<spaces::v1::MetaMap> map = ParseMeta(*bytes);
  RLMESH_ASSERT_OK(map);
  EXPECT_EQ(PrintJson(JsonFromMeta(*map)), text);
  EXPECT_TRUE(map->entries().at("f").has_number());
  EXPECT_TRUE(map->entries().at("i").has_integer());
  EXPECT_EQ(map->entries().at("n").kind_case(),
            spaces::v1::MetaValue::KIND_NOT_SET);
}

TEST(MetaJsonTest, BytesBecomeBase64) {
  spaces::v1::MetaMap map;
  (*map.mutable_entries())["raw"].set_bytes(std::string("\0\xff", 2));
  (*map.mutable_entries())["null"].mutable_null();
  EXPECT_EQ(PrintJson(JsonFromMeta(map)),
            "{\"null\":null,\"raw\":{\"base64\":\"AP8=\"}}");
}

TEST(MetaJsonTest, OnlyObjectsAreMaps) {
  EXPECT_THAT(MetaFromJsonText("[1]"), StatusIs(kInvalid, HasSubstr("array")));
  EXPECT_THAT(MetaFromJsonText("{"), StatusIs(kInvalid, HasSubstr("column")));
}

TEST(MetaJsonTest, IntegersThatDoNotFitAreRefusedWithTheirPath) {
  EXPECT_THAT(MetaFromJsonText("{\"a\": [{\"b\": 9223372036854775808}]}"),
              StatusIs(kInvalid, AllOf(StartsWith("$.a[0].b: 92233"),
                                       HasSubstr("2^63 - 1"))));
}

TEST(MetaJsonTest, WhatPassesAlsoPassesAsAMessage) {
  std::string text = "1";
  for (int i = 0; i < kMaxMetaDepth; ++i) {
    text =
        i % 2 == kMaxMetaDepth % 2 ? "[" + text + "]" : "{\"k\":" + text + "}";
  }
  const absl::StatusOr<MetaBytes> bytes = MetaFromJsonText(text);
  RLMESH_ASSERT_OK(bytes);
  RLMESH_EXPECT_OK(ParseMeta(*bytes));
  EXPECT_THAT(MetaFromJsonText("{\"k\":" + text + "}"),
              StatusIs(kInvalid, HasSubstr("24 deep")));
}

}  // namespace
}  // namespace rlmesh
