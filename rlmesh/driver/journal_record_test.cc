// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/journal_record.h"

#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

JournalHeader HeaderOfThree() {
  return {7, 3, {{"source", "gym://CartPole-v1"}, {"policy", "random"}}};
}

JournalEntry EntryOf(int64_t index) {
  JournalEntry entry;
  entry.episode.index = index;
  entry.episode.seed = 7 + index;
  entry.episode.steps = 18;
  entry.episode.reward = 0.1 + index;
  entry.episode.end = EpisodeEnd::kTerminated;
  entry.episode.terminated = true;
  entry.episode.duration = absl::Milliseconds(4);
  entry.elapsed = absl::Seconds(index + 1);
  return entry;
}

void ExpectRefused(const std::string& text, const std::string& why) {
  EXPECT_THAT(JournalText::Parse(text),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
}

TEST(JournalRecordTest, WhatIsWrittenReadsTheSame) {
  JournalEntry second = EntryOf(2);
  second.episode.end = EpisodeEnd::kStepCap;
  second.episode.terminated = false;
  second.episode.truncated = true;
  second.episode.success = false;
  second.episode.retries = 4;
  const std::string text = absl::StrCat(HeaderOfThree().ToLine(),
                                        EntryOf(0).ToLine(), second.ToLine());
  auto journal = JournalText::Parse(text);
  RLMESH_ASSERT_OK(journal);
  EXPECT_EQ(journal->whole_bytes, text.size());
  EXPECT_EQ(journal->header.seed, 7);
  EXPECT_EQ(journal->header.episodes, 3);
  EXPECT_EQ(journal->header.settings, HeaderOfThree().settings);
  ASSERT_THAT(journal->entries, SizeIs(2));
  const EpisodeResult& first = journal->entries[0].episode;
  EXPECT_EQ(first.reward, 0.1);
  EXPECT_FALSE(first.success.has_value());
  EXPECT_EQ(first.duration, absl::Milliseconds(4));
  const EpisodeResult& last = journal->entries[1].episode;
  EXPECT_EQ(last.index, 2);
  EXPECT_EQ(last.seed, 9);
  EXPECT_EQ(last.end, EpisodeEnd::kStepCap);
  EXPECT_TRUE(last.truncated);
  EXPECT_EQ(last.success, false);
  EXPECT_EQ(last.retries, 4);
  EXPECT_EQ(journal->entries[1].elapsed, absl::Seconds(3));
}

TEST(JournalRecordTest, RewardsThatAreNoNumbersSurvive) {
  JournalEntry entry = EntryOf(0);
  const double infinity = std::numeric_limits<double>::infinity();
  for (double reward : {std::nan(""), infinity, -infinity}) {
    entry.episode.reward = reward;
    auto journal = JournalText::Parse(
        absl::StrCat(HeaderOfThree().ToLine(), entry.ToLine()));
    RLMESH_ASSERT_OK(journal);
    const double read = journal->entries[0].episode.reward;
    EXPECT_TRUE(read == reward || (std::isnan(read) && std::isnan(reward)));
  }
}

TEST(JournalRecordTest, AtAnyLengthATornLastLineIsDropped) {
  const std::string whole =
      absl::StrCat(HeaderOfThree().ToLine(), EntryOf(0).ToLine());
  const std::string last = EntryOf(1).ToLine();
  for (size_t length = 0; length < last.size(); ++length) {
    auto journal = JournalText::Parse(whole + last.substr(0, length));
    RLMESH_ASSERT_OK(journal);
    EXPECT_THAT(journal->entries, SizeIs(1));
    EXPECT_EQ(journal->whole_bytes, whole.size());
  }
}

TEST(JournalRecordTest, ZerosOfALostWriteAreATornLine) {
  auto journal = JournalText::Parse(
      absl::StrCat(HeaderOfThree().ToLine(), std::string(4096, '\0')));
  RLMESH_ASSERT_OK(journal);
  EXPECT_THAT(journal->entries, IsEmpty());
}

TEST(JournalRecordTest, ATornLineInTheMiddleIsNamed) {
  ExpectRefused(
      absl::StrCat(HeaderOfThree().ToLine(), EntryOf(0).ToLine().substr(0, 20),
                   "\n", EntryOf(1).ToLine()),
      "line 2: JSON");
}

TEST(JournalRecordTest, AnExtensionPlansForMore) {
  const std::string text = absl::StrCat(HeaderOfThree().ToLine(),
                                        ExtensionLine(5), EntryOf(4).ToLine());
  auto journal = JournalText::Parse(text);
  RLMESH_ASSERT_OK(journal);
  EXPECT_EQ(journal->header.episodes, 5);
  EXPECT_THAT(journal->entries, SizeIs(1));
  ExpectRefused(absl::StrCat(HeaderOfThree().ToLine(), ExtensionLine(3)),
                "line 2: 3 episodes are no more than the 3");
}

TEST(JournalRecordTest, MembersOfLaterReleasesArePassedOver) {
  const std::string header = absl::StrReplaceAll(
      HeaderOfThree().ToLine(), {{"\"seed\"", "\"colour\":{},\"seed\""}});
  const std::string entry = absl::StrReplaceAll(
      EntryOf(0).ToLine(), {{"\"seed\"", "\"mood\":[1],\"seed\""}});
  auto journal = JournalText::Parse(header + entry);
  RLMESH_ASSERT_OK(journal);
  EXPECT_THAT(journal->entries, SizeIs(1));
}

TEST(JournalRecordTest, ForeignFilesAreNoJournals) {
  ExpectRefused("", "not one line is whole");
  ExpectRefused("# Changelog\n", "line 1: JSON");
  ExpectRefused("{}\n", "it is no journal of a run");
  ExpectRefused("[1]\n", "it is no journal of a run");
  ExpectRefused("{\"a\":\"\xff\"}\n", "line 1: JSON");
  ExpectRefused("{\"rlmesh_journal\":2}\n", "format 2; this program reads 1");
  ExpectRefused(std::string(100, '[') + "\n", "line 1");
}

TEST(JournalRecordTest, LimitsAreToldNotMet) {
  const std::string line(JournalText::kMaxLineBytes + 1, ' ');
  EXPECT_THAT(JournalText::Parse(line + "\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("line 1"), HasSubstr("bytes"))));
}

TEST(JournalRecordTest, EveryMemberIsChecked) {
  const auto with = [](const std::string& from, const std::string& to) {
    const std::string entry =
        absl::StrReplaceAll(EntryOf(1).ToLine(), {{from, to}});
    EXPECT_NE(entry, EntryOf(1).ToLine()) << from;
    return absl::StrCat(HeaderOfThree().ToLine(), entry);
  };
  ExpectRefused(with("\"index\":1", "\"index\":3"),
                "line 2: episode 3 is beyond the 3 that are planned");
  ExpectRefused(with("\"index\":1", "\"index\":-1"), "index is -1");
  ExpectRefused(with("\"index\":1", "\"index\":1e3"), "index is 1000.0");
  ExpectRefused(with("\"seed\":8", "\"seed\":9"),
                "episode 1 has the seed 9; the run's begin at 7");
  ExpectRefused(with("\"seed\":8", "\"seed\":9223372036854775808"),
                "seed is 9223372036854775808");
  ExpectRefused(with("\"steps\":18", "\"steps\":null"), "steps is null");
  ExpectRefused(with("\"reward\":1.1", "\"reward\":\"much\""),
                "reward is \"much\"");
  ExpectRefused(with("\"end\":\"terminated\"", "\"end\":\"bored\""),
                "its end is none");
  ExpectRefused(with("\"terminated\":true", "\"terminated\":1"),
                "terminated is not true or false");
  ExpectRefused(with("\"success\":null", "\"success\":1"),
                "success is not true or false");
  ExpectRefused(with("\"seconds\":0.004", "\"seconds\":-1"), "seconds is -1");
  ExpectRefused(with("\"seconds\":0.004", "\"seconds\":\"nan\""),
                "seconds is nan");
  ExpectRefused(absl::StrCat(HeaderOfThree().ToLine(), EntryOf(1).ToLine(),
                             EntryOf(1).ToLine()),
                "line 3: episode 1 is there twice");
}

}  // namespace
}  // namespace rlmesh
