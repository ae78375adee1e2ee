// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Our messages against the bytes of a released peer (testdata/README.md).

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"
#include "rlmesh/proto/model/v1/interaction.pb.h"

namespace rlmesh {
namespace {

using google::protobuf::Message;

struct Example {
  std::string number;
  std::string bytes;  // "same" or "order"
  std::string type;
  std::string hex;
  std::string text;

  std::unique_ptr<Message> New() const {
    if (type == env::v1::JoinRequest::descriptor()->full_name()) {
      return std::make_unique<env::v1::JoinRequest>();
    }
    if (type == env::v1::JoinResponse::descriptor()->full_name()) {
      return std::make_unique<env::v1::JoinResponse>();
    }
    EXPECT_EQ(type, model::v1::JoinResponse::descriptor()->full_name());
    return std::make_unique<model::v1::JoinResponse>();
  }
};

std::vector<Example> Examples() {
  std::vector<Example> examples;
  std::ifstream file("rlmesh/proto/testdata/messages.txt");
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> columns =
        absl::StrSplit(line, absl::MaxSplits('|', 4));
    for (std::string& column : columns) absl::StripAsciiWhitespace(&column);
    examples.push_back(
        {columns[0], columns[1], columns[2], columns[3], columns[4]});
  }
  return examples;
}

TEST(GoldenMessageTest, MessagesOfThePeerSayWhatTheyShould) {
  ASSERT_EQ(Examples().size(), 14u);
  for (const Example& example : Examples()) {
    SCOPED_TRACE(example.number);
    const std::unique_ptr<Message> theirs = example.New();
    ASSERT_TRUE(theirs->ParseFromString(absl::HexStringToBytes(example.hex)));
    const std::unique_ptr<Message> ours = example.New();
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(example.text,
                                                              ours.get()));
    // Equal, down to fields that are present but zero, and nothing unknown.
    EXPECT_TRUE(
        google::protobuf::util::MessageDifferencer::Equals(*theirs, *ours))
        << theirs->DebugString();
  }
}

TEST(GoldenMessageTest, OurBytesAreThoseOfThePeer) {
  int same = 0;
  for (const Example& example : Examples()) {
    SCOPED_TRACE(example.number);
    const std::unique_ptr<Message> ours = example.New();
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(example.text,
                                                              ours.get()));
    if (example.bytes != "same") continue;
    EXPECT_EQ(absl::BytesToHexString(ours->SerializeAsString()), example.hex);
    ++same;
  }
  EXPECT_EQ(same, 9);
}

TEST(GoldenMessageTest, ANullOfThePeerIsAnEntryWithoutAKind) {
  env::v1::JoinResponse response;
  for (const Example& example : Examples()) {
    if (example.number == "19" &&
        example.type == "rlmesh.env.v1.JoinResponse") {
      ASSERT_TRUE(
          response.ParseFromString(absl::HexStringToBytes(example.hex)));
    }
  }
  const auto& entries = response.reset().infos().entries();
  ASSERT_EQ(entries.count("options"), 1u);
  EXPECT_EQ(entries.at("options").kind_case(),
            spaces::v1::MetaValue::KIND_NOT_SET);
}

}  // namespace
}  // namespace rlmesh
