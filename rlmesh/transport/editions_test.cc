// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/editions.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

EditionOffer Env(std::vector<std::string> can, std::string want = "") {
  return {"env", std::move(can), std::move(want)};
}

EditionOffer Ours() { return OurEditions("runtime", ""); }

TEST(EditionsTest, PeersOfTheSameEditionAgree) {
  EXPECT_THAT(SelectEditions({Env({"2026.06"}, "2026.06")}, Ours()),
              IsOkAndHolds(ElementsAre("2026.06")));
}

TEST(EditionsTest, ThePinIsInThePeersSpelling) {
  EXPECT_THAT(SelectEditions({Env({"2026.06-0.1.0-rc.5"})}, Ours()),
              IsOkAndHolds(ElementsAre("2026.06-0.1.0-rc.5")));
  EXPECT_THAT(SelectEditions({Env({" 2026.06-rc "})}, Ours()),
              IsOkAndHolds(ElementsAre("2026.06-rc")));
}

TEST(EditionsTest, TheLargestSpellingIsTaken) {
  EXPECT_THAT(
      SelectEditions({Env({"2026.06-b", "2026.06", "2026.06-a"})}, Ours()),
      IsOkAndHolds(ElementsAre("2026.06-b")));
}

TEST(EditionsTest, EachPeerGetsItsOwnSpelling) {
  EXPECT_THAT(
      SelectEditions(
          {Env({"2026.06"}), {"model", {"2025.01", "2026.06-rc"}, ""}}, Ours()),
      IsOkAndHolds(ElementsAre("2026.06", "2026.06-rc")));
}

TEST(EditionsTest, RefusalNamesBothSides) {
  EXPECT_THAT(
      SelectEditions({Env({"2099.01"}, "2099.01")}, Ours()),
      StatusIs(
          kRefused,
          AllOf(HasSubstr("no mutual workflow edition with the env"),
                HasSubstr("env wants \"2099.01\" and can [\"2099.01\"]"),
                HasSubstr("runtime wants \"2026.06\" and can [\"2026.06\"]"))));
}

TEST(EditionsTest, RefusalNamesAllThree) {
  EXPECT_THAT(SelectEditions({Env({"2026.06"}), {"model", {"1"}, ""}}, Ours()),
              StatusIs(kRefused, HasSubstr("across env, model and runtime")));
}

TEST(EditionsTest, NoEditionAtAllIsRefused) {
  EXPECT_THAT(SelectEditions({Env({})}, Ours()), StatusIs(kRefused));
  EXPECT_THAT(SelectEditions({Env({"", " "})}, Ours()), StatusIs(kRefused));
}

TEST(EditionsTest, AWantIsAnUpperBound) {
  EXPECT_THAT(SelectEditions({Env({"2026.06"}, "2025.01")}, Ours()),
              StatusIs(kRefused));
  EXPECT_THAT(SelectEditions({Env({"2026.06"}, "2027.01")}, Ours()),
              IsOkAndHolds(ElementsAre("2026.06")));
  EXPECT_THAT(
      SelectEditions({Env({"2026.06-rc.4", "2026.06-rc.5"}, "2026.06-rc.4")},
                     Ours()),
      IsOkAndHolds(ElementsAre("2026.06-rc.4")));
}

TEST(EditionsTest, EverySpellingOfOurBaseIsImplemented) {
  for (const char* pin : {"", "2026.06", " 2026.06 ", "2026.06-dev.abc"}) {
    EXPECT_TRUE(ImplementsEdition(pin)) << pin;
  }
  for (const char* pin : {"2099.01", "2026.061", "2026.0", "-2026.06"}) {
    EXPECT_FALSE(ImplementsEdition(pin)) << pin;
  }
}

TEST(EditionsTest, ADeclaredEditionMustBeImplemented) {
  RLMESH_EXPECT_OK(CheckDeclaredEdition("runtime", "2026.06-x"));
  EXPECT_THAT(CheckDeclaredEdition("runtime", "2099.01"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("2099.01"), HasSubstr("2026.06"))));
}

TEST(EditionsTest, AHostileSpellingIsShownEscaped) {
  EXPECT_THAT(SelectEditions({Env({"\x1b[31m\n"})}, Ours()),
              StatusIs(kRefused, HasSubstr("\\x1b[31m\\n")));
}

}  // namespace
}  // namespace rlmesh
