// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/json/json.h"

#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/utf8.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(ParseJsonTest, ReadsEveryKindOfValue) {
  const absl::StatusOr<Json> json = ParseJson(
      " {\"n\": null, \"t\": true, \"i\": -7, \"u\": 18446744073709551615, "
      "\"f\": 2.5e3, \"s\": \"h\\u00e9\\n\", \"a\": [1, [], {}]} ");
  RLMESH_ASSERT_OK(json);
  EXPECT_TRUE((*json)["n"].is_null());
  EXPECT_EQ((*json)["t"], true);
  EXPECT_TRUE((*json)["i"].is_number_integer());
  EXPECT_EQ((*json)["u"], std::numeric_limits<uint64_t>::max());
  EXPECT_EQ((*json)["f"], 2500.0);
  EXPECT_EQ((*json)["s"], "h\xc3\xa9\n");
  EXPECT_EQ((*json)["a"].size(), 3u);
}

TEST(ParseJsonTest, ErrorNamesThePosition) {
  EXPECT_THAT(
      ParseJson("{\"a\":\n  nul}"),
      StatusIs(kInvalid, AllOf(HasSubstr("line 2"), HasSubstr("column"))));
  EXPECT_THAT(ParseJson(""), StatusIs(kInvalid, HasSubstr("JSON: ")));
  EXPECT_THAT(ParseJson("1 2"), StatusIs(kInvalid, HasSubstr("column 3")));
  EXPECT_THAT(ParseJson("[1,]"), StatusIs(kInvalid));
  EXPECT_THAT(ParseJson("{'a': 1}"), StatusIs(kInvalid));
  EXPECT_THAT(ParseJson("NaN"), StatusIs(kInvalid));
  EXPECT_THAT(ParseJson("1e999"), StatusIs(kInvalid));
  EXPECT_THAT(ParseJson(absl::string_view("1\0", 2)),
              StatusIs(kInvalid, HasSubstr("byte 1")));
}

TEST(ParseJsonTest, TextThatIsNotUtf8IsRefusedWithAPrintableMessage) {
  for (const char* text : {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"",
                           "\xff", "\"\\ud800\""}) {
    const absl::StatusOr<Json> json = ParseJson(text);
    ASSERT_THAT(json, StatusIs(kInvalid));
    EXPECT_GE(CountUtf8(json.status().message()), 0);
  }
}

TEST(ParseJsonTest, LongTextsAreNotQuotedInFull) {
  const absl::StatusOr<Json> json =
      ParseJson(absl::StrCat("\"", std::string(1000000, 'a')));
  ASSERT_THAT(json, StatusIs(kInvalid));
  EXPECT_LT(json.status().message().size(), 500u);
}

TEST(ParseJsonTest, KeyThatStandsTwiceIsRefused) {
  EXPECT_THAT(ParseJson("{\"a\": 1, \"b\": {\"a\": 1}, \"a\": 2}"),
              StatusIs(kInvalid, HasSubstr("\"a\" stands twice")));
  RLMESH_EXPECT_OK(ParseJson("[{\"a\": 1}, {\"a\": 1}]"));
}

TEST(ParseJsonTest, LimitsHold) {
  constexpr auto kLimit = absl::StatusCode::kResourceExhausted;
  const std::string open(1000000, '[');
  EXPECT_THAT(ParseJson(open), StatusIs(kLimit, HasSubstr("64 deep")));
  JsonLimits limits;
  limits.max_depth = 3;
  RLMESH_EXPECT_OK(ParseJson("[[{\"a\": 1}]]", limits));
  EXPECT_THAT(ParseJson("[[{\"a\": []}]]", limits), StatusIs(kLimit));
  limits.max_values = 4;
  RLMESH_EXPECT_OK(ParseJson("[1,2,3]", limits));
  EXPECT_THAT(ParseJson("[1,2,3,4]", limits),
              StatusIs(kLimit, HasSubstr("4 values")));
  limits.max_bytes = 5;
  RLMESH_EXPECT_OK(ParseJson("12345", limits));
  EXPECT_THAT(ParseJson("123456", limits), StatusIs(kLimit, HasSubstr("6")));
}

TEST(PrintJsonTest, EqualValuesHaveOneSpelling) {
  const std::string spelling =
      "{\"A\":[1,2.5,1e+30,0.1],\"a\":\"h\xc3\xa9\\n\",\"b\":null}";
  EXPECT_EQ(PrintJson(*ParseJson("{\"b\": null, \"a\": \"h\\u00e9\\n\", "
                                 "\"A\": [1, 2.50, 1E30, 0.1]}")),
            spelling);
  EXPECT_EQ(PrintJson(*ParseJson(spelling)), spelling);
}

TEST(PrintJsonTest, PrintsWhatJsonCannotSay) {
  EXPECT_EQ(PrintJson(Json(std::nan(""))), "null");
  EXPECT_EQ(PrintJson(Json("a\xff")), "\"a\xef\xbf\xbd\"");
}

TEST(FindMemberTest, NeverThrows) {
  const Json json = {{"a", 1}};
  ASSERT_NE(FindMember(json, "a"), nullptr);
  EXPECT_EQ(*FindMember(json, "a"), 1);
  EXPECT_EQ(FindMember(json, "b"), nullptr);
  EXPECT_EQ(FindMember(Json(3), "a"), nullptr);
}

}  // namespace
}  // namespace rlmesh
