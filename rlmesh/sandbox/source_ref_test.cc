// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/sandbox/source_ref.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/sandbox/sandbox_error.h"
#include "rlmesh/sandbox/testing/source_ref_oracle.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const char kSha[] = "0123456789abcdef0123456789abcdef01234567";
const char kUpperSha[] = "0123456789ABCDEF0123456789ABCDEF01234567";

struct Accepted {
  std::string input;
  std::string normal;
  std::string slug;
};

TEST(SourceRefTest, AcceptsEveryFormAndPrintsItsNormalForm) {
  const std::string hf = "hf://org/repo";
  const std::vector<Accepted> rows = {
      {"CartPole-v1", "gym://CartPole-v1", "cartpole-v1"},               // A1
      {" CartPole-v1 ", "gym://CartPole-v1", "cartpole-v1"},             // A2
      {"gym://CartPole-v1", "gym://CartPole-v1", "cartpole-v1"},         // A3
      {"gym:// CartPole-v1", "gym://CartPole-v1", "cartpole-v1"},        // A4
      {"ALE/Pong-v5", "gym://ALE/Pong-v5", "ale-pong-v5"},               // A5
      {"pkg:Env-v0", "gym://pkg:Env-v0", "pkg-env-v0"},                  // A6
      {"gym://pkg:Env-v0", "gym://pkg:Env-v0", "pkg-env-v0"},            // A7
      {"gym://a b", "gym://a b", "a-b"},                                 // A8
      {"CartPole", "gym://CartPole", "cartpole"},                        // A9
      {"./local", "gym://./local", "local"},                             // A10
      {"/abs/path", "gym:///abs/path", "abs-path"},                      // A10
      {"gym:/x", "gym://gym:/x", "gym-x"},                               // A11
      {"gym://hf://x", "gym://hf://x", "hf-x"},                          // A12
      {"gym://___", "gym://___", "env"},                                 // A13
      {"gym://日本", "gym://日本", "env"},                               // A14
      {hf, hf, "org-repo"},                                              // A15
      {hf + "@main", hf + "@main", "org-repo"},                          // A16
      {hf + "@feature/x", hf + "@feature/x", "org-repo"},                // A17
      {hf + "@" + kSha, hf + "@" + kSha, "org-repo"},                    // A18
      {hf + "@" + kUpperSha, hf + "@" + kUpperSha, "org-repo"},          // A19
      {hf + "@main:suite_1", hf + "@main:suite_1", "org-repo-suite-1"},  // A20
      {hf + "@main:suite_1/0", hf + "@main:suite_1/0",
       "org-repo-suite-1-0"},                                  // A21
      {hf + ":suite/0", hf + ":suite/0", "org-repo-suite-0"},  // A22
      {hf + "@v1:2", hf + "@v1:2", "org-repo-2"},              // A23
      {"hf:// org/repo", hf, "org-repo"},                      // A24
      {"hf://o_r.g-1/re_p.o-2", "hf://o_r.g-1/re_p.o-2",
       "o-r-g-1-re-p-o-2"},                          // A25
      {hf + "@ main", hf + "@main", "org-repo"},     // A26
      {hf + ":s /t", hf + ":s/t", "org-repo-s-t"},   // A27
      {hf + ":s@x", hf + ":s@x", "org-repo-s-x"},    // A28
      {hf + "@main:", hf + "@main:", "org-repo"},    // A29
      {hf + "@a:b:c", hf + "@a:b:c", "org-repo-c"},  // A30
      {"\u3000CartPole-v1\u00a0", "gym://CartPole-v1", "cartpole-v1"},
      {"sai_mujoco:Franka", "gym://sai_mujoco:Franka", "sai-mujoco-franka"},
      {"gym://é'\"\\x\x01y", "gym://é'\"\\x\x01y", "x-y"},
  };
  for (const Accepted& row : rows) {
    SCOPED_TRACE(row.input);
    absl::StatusOr<SourceRef> ref = SourceRef::Parse(row.input);
    RLMESH_ASSERT_OK(ref);
    EXPECT_EQ(ref->ToString(), row.normal);
    EXPECT_EQ(ref->Slug(), row.slug);
    EXPECT_THAT(SourceRef::Parse(ref->ToString()), IsOkAndHolds(*ref));
  }
}

TEST(SourceRefTest, NamesThePartsOfAHuggingFaceReference) {
  absl::StatusOr<SourceRef> ref = SourceRef::Parse("hf://org/repo@a:b:s/t");
  RLMESH_ASSERT_OK(ref);
  EXPECT_EQ(ref->kind(), SourceRef::Kind::kHuggingFace);
  EXPECT_EQ(ref->repo(), "org/repo");
  EXPECT_EQ(ref->revision(), "a:b");
  EXPECT_EQ(ref->suite(), "s");
  EXPECT_EQ(ref->task(), "t");
}

struct Rejected {
  std::string input;
  std::string substring;
};

TEST(SourceRefTest, RefusesEveryOtherFormAndSaysWhy) {
  const std::string hf = "hf://org/repo";
  const std::string ascii = "repo may only contain ASCII";
  const std::string unsupported = "unsupported sandbox source";
  const std::string ends = "must not start or end with";
  const std::vector<Rejected> rows = {
      {"", "must not be empty"},                                  // R1
      {" \t\n", "must not be empty"},                             // R1
      {"gym://", "environment id"},                               // R2
      {"gym://   ", "environment id"},                            // R2
      {"hf://", "org/repo"},                                      // R3
      {"ftp://nope", unsupported + " ftp://nope"},                // R4
      {"http://x/y", unsupported + " http://x/y"},                // R4
      {"file:///x", unsupported + " file:///x"},                  // R4
      {"a://b", unsupported + " a://b"},                          // R4
      {"://", unsupported + " ://"},                              // R4
      {"HF://org/repo", unsupported + " HF://org/repo"},          // R5
      {"Gym://CartPole-v1", unsupported + " Gym://CartPole-v1"},  // R5
      {"image://x", unsupported + " image://x"},                  // R6
      {"docker://x", unsupported + " docker://x"},                // R6
      {"hf://org", "hf://org/repo"},                              // R7
      {"hf://org/", "hf://org/repo"},                             // R8
      {"hf:///repo", "hf://org/repo"},                            // R9
      {"hf://org/repo/extra", "hf://org/repo"},                   // R10
      {"hf://org@x/repo", "hf://org/repo"},                       // R11
      {hf + "@", "@revision"},                                    // R12
      {"hf://@main", "@revision"},                                // R12
      {hf + "@@main", ascii},                                     // R13
      {hf + "@a@b", ascii},                                       // R13
      {hf + ":", ascii},                                          // R14
      {hf + ":a:b", ascii},                                       // R15
      {hf + ":/", ":suite/task"},                                 // R16
      {hf + ":s/", ":suite/task"},                                // R16
      {hf + ":/t", ":suite/task"},                                // R16
      {hf + ":s/t/u", ":suite/task"},                             // R16
      {hf + "@ma in", "revision must not contain whitespace"},    // R17
      {hf + "@-x", "revision must not start with '-'"},           // R18
      {hf + ":-s", "suite must not start with '-'"},              // R19
      {hf + ":s/-t", "task must not start with '-'"},             // R19
      {hf + ":s t", "suite must not contain whitespace"},         // R20
      {"hf://-org/repo", "owner must not start with '-'"},        // R21
      {"hf://org/repo-", ends},                                   // R22
      {"hf://org/repo.", ends},                                   // R22
      {"hf://.org/repo", ends},                                   // R23
      {"hf://org/..repo", ends},                                  // R23
      {"hf://org/re--po", "must not contain '--' or '..'"},       // R24
      {"hf://org/re..po", "must not contain '--' or '..'"},       // R24
      {hf + "?x=1", "may only contain ASCII"},                    // R25
      {hf + "#f", "may only contain ASCII"},                      // R25
      {"hf://org/ré", "may only contain ASCII"},                  // R25
      {"hf://org /repo", "owner may only contain ASCII"},         // R26
      {hf + " @main", ascii},                                     // R26
      {"hf://or g/repo", "owner must not contain whitespace"},    // R27
      {"a\xff"
       "b",
       "UTF-8"},
      {std::string("a\0b", 3), "NUL"},
  };
  for (const Rejected& row : rows) {
    SCOPED_TRACE(row.input);
    absl::StatusOr<SourceRef> ref = SourceRef::Parse(row.input);
    EXPECT_THAT(ref, StatusIs(absl::StatusCode::kInvalidArgument,
                              AllOf(StartsWith("invalid sandbox source: "),
                                    HasSubstr(row.substring))));
    EXPECT_EQ(GetSandboxErrorKind(ref.status()),
              SandboxErrorKind::kInvalidSource);
  }
}

TEST(SourceRefTest, ReportsSelectorBeforeRevisionBeforeRepo) {
  EXPECT_THAT(SourceRef::Parse("hf://-o/r@-x:-s"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("suite")));
  EXPECT_THAT(
      SourceRef::Parse("hf://-o/r@-x:s"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("revision")));
  EXPECT_THAT(SourceRef::Parse("hf://-o/-r@x:s"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("owner")));
}

// A text that is mostly near the grammar: pieces of it in random order.
std::string NearText(Random* random) {
  static const char* const kPieces[] = {
      "gym://", "hf://", "://",    "org",           "repo",      "/",  "/",
      "@",      "main",  ":",      "suite",         "-",         "--", ".",
      "..",     " ",     "é",      "\u00a0",        "\v",        "_",  "v1",
      "\n",     "A",     "\u2028", "hf://org/repo", "hf://o/r@",
  };
  std::string text;
  if (random->Below(2) == 0) text = "hf://org/repo";
  for (uint64_t n = random->Below(8); n > 0; --n) {
    text += kPieces[random->Below(std::size(kPieces))];
  }
  return text;
}

std::string ByteText(Random* random) {
  std::string text;
  if (random->Below(2) == 0) text = "hf://";
  for (uint64_t n = random->Below(12); n > 0; --n) {
    // Mostly ASCII: longer texts would else hardly ever be UTF-8.
    text += static_cast<char>(random->Below(random->Below(16) ? 128 : 256));
  }
  return text;
}

TEST(SourceRefTest, AgreesWithTheOracleOnRandomTexts) {
  Random random(20260101);
  int accepted = 0;
  for (int i = 0; i < 100000; ++i) {
    const std::string text = i % 2 ? NearText(&random) : ByteText(&random);
    SCOPED_TRACE(testing::PrintToString(text));
    const OracleSource want = OracleParse(text);
    const absl::StatusOr<SourceRef> got = SourceRef::Parse(text);
    ASSERT_EQ(got.ok(), want.fault.empty()) << got.status() << want.fault;
    if (!got.ok()) {
      ASSERT_THAT(std::string(got.status().message()), HasSubstr(want.fault));
      continue;
    }
    ++accepted;
    ASSERT_EQ(got->kind() == SourceRef::Kind::kHuggingFace, want.hugging_face);
    ASSERT_EQ(got->env_id(), want.env_id);
    ASSERT_EQ(got->repo(), want.repo);
    ASSERT_EQ(got->revision().value_or(""), want.revision);
    ASSERT_EQ(got->suite().value_or(""), want.suite);
    ASSERT_EQ(got->task().value_or(""), want.task);
    ASSERT_THAT(SourceRef::Parse(got->ToString()), IsOkAndHolds(*got));
  }
  // Both outcomes are common, or the texts prove nothing.
  EXPECT_GT(accepted, 20000);
  EXPECT_LT(accepted, 80000);
}

}  // namespace
}  // namespace rlmesh
