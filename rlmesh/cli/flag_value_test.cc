// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/flag_value.h"

#include <cstdint>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

ABSL_FLAG(absl::Duration, a_time, absl::Seconds(3), "Longest wait.");
ABSL_FLAG(absl::Duration, an_endless_time, absl::InfiniteDuration(), "Wait.");
ABSL_FLAG(int, an_int, 64, "How many.");
ABSL_FLAG(int64_t, a_count, 5, "How many.");
ABSL_FLAG(absl::optional<int64_t>, a_seed, absl::nullopt, "Where it begins.");
ABSL_FLAG(absl::optional<double>, a_length, absl::nullopt, "How long.");
ABSL_FLAG(bool, a_switch, false, "Whether.");
ABSL_FLAG(std::string, a_text, "", "What.");

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Values;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

absl::Status Set(const char* flag, absl::string_view text,
                 const FlagRange& range = {}) {
  return SetFlagValue(absl::FindCommandLineFlag(flag), text, range);
}

struct Case {
  const char* flag;
  const char* text;
  const char* why;
  const char* instead;  // of the value
};

class NearestValueTest : public testing::TestWithParam<Case> {
 protected:
  absl::FlagSaver saver_;
};

TEST_P(NearestValueTest, IsShownAndWouldDo) {
  const Case& c = GetParam();
  EXPECT_THAT(
      Set(c.flag, c.text),
      StatusIs(
          kInvalid,
          AllOf(HasSubstr(absl::StrCat("--", c.flag, "=", c.text, " ")),
                HasSubstr(c.why),
                HasSubstr(absl::StrCat("--", c.flag, "=", c.instead, " (")))));
  RLMESH_EXPECT_OK(Set(c.flag, c.instead));
}

constexpr char kTime[] = "is no time with a unit; write --";
constexpr char kNumber[] = "is no whole number; write --";
constexpr char kExample[] = "write for example --";

INSTANTIATE_TEST_SUITE_P(Times, NearestValueTest,
                         Values(Case{"a_time", "5", kTime, "5s"},
                                Case{"a_time", "0.25", kTime, "0.25s"},
                                Case{"a_time", "90sec", kTime, "90s"},
                                Case{"a_time", "2 minutes", kTime, "2m"},
                                Case{"a_time", "1D", kTime, "24h"},
                                Case{"a_time", "99999d", kTime, "2399976h"},
                                Case{"a_time", "forever", kTime, "inf"},
                                Case{"a_time", "soon", kExample, "3s"},
                                Case{"a_time", "", kExample, "3s"},
                                Case{"an_endless_time", "x", kExample, "10s"},
                                Case{"a_time", "1s\xff", kExample, "3s"}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, NearestValueTest,
    Values(Case{"a_seed", "1.5", kNumber, "1"},
           Case{"a_seed", "x", kExample, "1"},
           Case{"a_count", "x", kExample, "5"},
           Case{"a_count", "1e3", kNumber, "1000"},
           Case{"a_count", "1_000", kNumber, "1000"},
           Case{"a_count", "1,000", kNumber, "1000"},
           Case{"a_count", "3 episodes", kNumber, "3"},
           Case{"a_count", "nan", kExample, "5"},
           Case{"a_count", "-", kExample, "5"},
           Case{"an_int", "9999999999", "must be from -2147483648 to",
                "2147483647"},
           Case{"a_count", "99999999999999999999", "must be from -9223",
                "9223372036854775807"}));

INSTANTIATE_TEST_SUITE_P(Reals, NearestValueTest,
                         Values(Case{"a_length", "5s", "is no number; write --",
                                     "5"},
                                Case{"a_length", "long", kExample, "1"}));

INSTANTIATE_TEST_SUITE_P(Switches, NearestValueTest,
                         Values(Case{"a_switch", "maybe",
                                     "is neither true nor false; write "
                                     "--a_switch=true or --",
                                     "false"}));

TEST(SetFlagValueTest, TakesWhatIsGood) {
  absl::FlagSaver saver;
  RLMESH_EXPECT_OK(Set("a_time", "1.5h"));
  RLMESH_EXPECT_OK(Set("an_int", "-7"));
  RLMESH_EXPECT_OK(Set("a_seed", "7"));
  RLMESH_EXPECT_OK(Set("a_switch", "yes"));
  RLMESH_EXPECT_OK(Set("a_text", "5"));
  EXPECT_EQ(absl::GetFlag(FLAGS_a_time), absl::Minutes(90));
  EXPECT_EQ(absl::GetFlag(FLAGS_an_int), -7);
  EXPECT_EQ(absl::GetFlag(FLAGS_a_seed), 7);
  EXPECT_TRUE(absl::GetFlag(FLAGS_a_switch));
  EXPECT_EQ(absl::GetFlag(FLAGS_a_text), "5");
  RLMESH_EXPECT_OK(Set("a_seed", ""));
  EXPECT_EQ(absl::GetFlag(FLAGS_a_seed), absl::nullopt);
}

TEST(SetFlagValueTest, HoldsToTheRange) {
  absl::FlagSaver saver;
  const FlagRange time = {"100ms", "24h"};
  RLMESH_EXPECT_OK(Set("a_time", "100ms", time));
  EXPECT_THAT(Set("a_time", "1us", time),
              StatusIs(kInvalid, AllOf(HasSubstr("must be from 100ms to 24h"),
                                       HasSubstr("write --a_time=100ms"))));
  EXPECT_THAT(Set("a_time", "inf", time),
              StatusIs(kInvalid, HasSubstr("write --a_time=24h")));
  EXPECT_THAT(Set("a_time", "30d", time),
              StatusIs(kInvalid, HasSubstr("write --a_time=24h")));
  EXPECT_THAT(Set("an_int", "0", {"1", ""}),
              StatusIs(kInvalid, AllOf(HasSubstr("must be 1 or more"),
                                       HasSubstr("write --an_int=1 "))));
  EXPECT_THAT(Set("an_int", "8", {"", "7"}),
              StatusIs(kInvalid, HasSubstr("must be 7 or less")));
  EXPECT_THAT(Set("a_length", "nan", {"0.001", ""}),
              StatusIs(kInvalid, HasSubstr("write --a_length=0.001 ")));
  EXPECT_EQ(absl::GetFlag(FLAGS_an_int), 64);
}

TEST(SetFlagValueTest, QuotesTheBeginningOfALongValue) {
  const absl::Status status = Set("an_int", std::string(1 << 20, 'x'));
  EXPECT_THAT(status, StatusIs(kInvalid, HasSubstr("xxx... is no whole")));
  EXPECT_LT(status.message().size(), 300);
}

}  // namespace
}  // namespace rlmesh
