// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/frame.h"

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

std::string Bytes(const FrameHeader& header) {
  std::string bytes(FrameHeader::kSize, 'x');
  header.Encode(&bytes[0]);
  return bytes;
}

FrameHeader StepAnswer() {
  FrameHeader header;
  header.kind = static_cast<FrameKind>(0x84);
  header.flags = FrameHeader::kHasInfos;
  header.id = 0x01020304;
  header.payload = 5;
  return header;
}

TEST(FrameHeaderTest, IsSixteenLittleEndianBytes) {
  EXPECT_EQ(
      Bytes(StepAnswer()),
      absl::string_view("\x84\x01\0\0\x04\x03\x02\x01\x05\0\0\0\0\0\0\0", 16));
  auto header = FrameHeader::Parse(Bytes(StepAnswer()));
  RLMESH_ASSERT_OK(header);
  EXPECT_EQ(header->kind, static_cast<FrameKind>(0x84));
  EXPECT_EQ(header->flags, FrameHeader::kHasInfos);
  EXPECT_EQ(header->id, 0x01020304);
  EXPECT_EQ(header->payload, 5);
}

TEST(FrameHeaderTest, OnlyAnswersAreTakenFromAWorker) {
  for (int kind = 0; kind < 256; ++kind) {
    FrameHeader header = StepAnswer();
    header.kind = static_cast<FrameKind>(kind);
    const bool is_answer = (kind > 0x80 && kind <= 0x87) ||
                           (kind >= 0x90 && kind <= 0x94) || kind == 0xff;
    EXPECT_EQ(FrameHeader::Parse(Bytes(header)).ok(), is_answer) << kind;
  }
}

TEST(FrameHeaderTest, ReservedBytesAndHugePayloadsAreRefused) {
  std::string bytes = Bytes(StepAnswer());
  bytes[3] = 1;
  EXPECT_THAT(FrameHeader::Parse(bytes), StatusIs(kInvalid));
  FrameHeader header = StepAnswer();
  header.payload = FrameHeader::kMaxPayload;
  RLMESH_EXPECT_OK(FrameHeader::Parse(Bytes(header)));
  header.payload += 1;
  EXPECT_THAT(FrameHeader::Parse(Bytes(header)),
              StatusIs(kInvalid, HasSubstr("268435457")));
}

TEST(FrameTextsTest, ComeBackInOrderWithRepeats) {
  const FrameTexts texts = {{"import", "a"}, {"import", ""}, {"id", "x\0y"}};
  EXPECT_EQ(*ParseTexts(EncodeTexts(texts)), texts);
  EXPECT_THAT(*ParseTexts(absl::string_view("\1\0\0\0k\1\0\0\0v", 10)),
              ElementsAre(Pair("k", "v")));
  EXPECT_EQ(FindText(texts, "import"), "a");
  EXPECT_EQ(FindText(texts, "nothing"), "");
}

TEST(FrameTextsTest, CutOffAnywhereIsAnError) {
  const std::string bytes = EncodeTexts({{"name", "value"}});
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_THAT(ParseTexts(bytes.substr(0, size)), StatusIs(kInvalid)) << size;
  }
  EXPECT_THAT(ParseTexts("\xff\xff\xff\xff"), StatusIs(kInvalid));
}

TEST(VariableLeavesTest, AreCutOffTheFront) {
  std::string payload;
  AppendVariableLeaf("first", &payload);
  AppendVariableLeaf("", &payload);
  payload += "infos";
  absl::string_view rest = payload;
  std::vector<absl::string_view> leaves(2);
  RLMESH_ASSERT_OK(CutVariableLeaves(absl::MakeSpan(leaves), &rest));
  EXPECT_THAT(leaves, ElementsAre("first", ""));
  EXPECT_EQ(rest, "infos");
}

TEST(VariableLeavesTest, LengthsThatDoNotFitAreErrors) {
  std::vector<absl::string_view> leaves(1);
  absl::string_view rest = "1234567";
  EXPECT_THAT(CutVariableLeaves(absl::MakeSpan(leaves), &rest),
              StatusIs(kInvalid, HasSubstr("cut off")));
  rest = "\xff\xff\xff\xff\xff\xff\xff\xff";
  EXPECT_THAT(CutVariableLeaves(absl::MakeSpan(leaves), &rest),
              StatusIs(kInvalid, HasSubstr("0 left")));
}

}  // namespace
}  // namespace rlmesh
