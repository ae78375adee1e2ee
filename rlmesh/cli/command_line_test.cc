// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/command_line.h"

#include <stdlib.h>

#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"

ABSL_FLAG(int, test_episodes, 5, "How many episodes to play.");
ABSL_FLAG(bool, test_json, false, "Print JSON.");
ABSL_FLAG(std::string, test_package, "", "A package.");
ABSL_FLAG(absl::Duration, test_timeout, absl::Seconds(3), "Longest wait.");
ABSL_FLAG(int, test_hidden, 1, "Not offered.");

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

CommandSpec Spec() {
  CommandSpec spec;
  spec.program = "prog";
  spec.about = "Usage: prog SOURCE\n";
  spec.flags = {"test_episodes", "test_json", "test_package", "test_timeout"};
  spec.repeatable = {"test_package"};
  spec.takes_arguments = true;
  return spec;
}

class CommandLineTest : public testing::Test {
 protected:
  absl::FlagSaver saver_;
};

TEST_F(CommandLineTest, ReadsEveryFormOfAFlag) {
  absl::StatusOr<CommandLine> line =
      ParseCommandLine(Spec(), {"run", "--test-episodes=7", "--test_json",
                                "-test-timeout", "1m", "x", "--", "--y"});
  RLMESH_ASSERT_OK(line);
  EXPECT_THAT(line->arguments, ElementsAre("run", "x", "--y"));
  EXPECT_EQ(absl::GetFlag(FLAGS_test_episodes), 7);
  EXPECT_TRUE(absl::GetFlag(FLAGS_test_json));
  EXPECT_EQ(absl::GetFlag(FLAGS_test_timeout), absl::Minutes(1));
  RLMESH_ASSERT_OK(ParseCommandLine(Spec(), {"--notest_json"}));
  EXPECT_FALSE(absl::GetFlag(FLAGS_test_json));
}

TEST_F(CommandLineTest, RepeatableFlagsAddUpAndOthersTakeTheLast) {
  RLMESH_ASSERT_OK(
      ParseCommandLine(Spec(), {"--test_package=a", "--test-package", "b,c",
                                "--test_episodes=1", "--test_episodes=2"}));
  EXPECT_EQ(absl::GetFlag(FLAGS_test_package), "a,b,c");
  EXPECT_EQ(absl::GetFlag(FLAGS_test_episodes), 2);
}

TEST_F(CommandLineTest, HelpAndVersionGoBeforeEverything) {
  absl::StatusOr<CommandLine> line =
      ParseCommandLine(Spec(), {"--test_episodes=many", "-h"});
  RLMESH_ASSERT_OK(line);
  EXPECT_TRUE(line->help);
  line = ParseCommandLine(Spec(), {"--version"});
  RLMESH_ASSERT_OK(line);
  EXPECT_TRUE(line->version);
}

TEST_F(CommandLineTest, NamesTheNearestFlag) {
  EXPECT_THAT(ParseCommandLine(Spec(), {"--test-episods=3"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--test_episods"),
                             HasSubstr("did you mean --test_episodes?"))));
  EXPECT_THAT(ParseCommandLine(Spec(), {"--wholly_other"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       Not(HasSubstr("did you mean"))));
  // Declared somewhere in the binary, but none of this command's.
  EXPECT_THAT(ParseCommandLine(Spec(), {"--test_hidden=3"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(CommandLineTest, SaysWhatAValueMustBe) {
  EXPECT_THAT(ParseCommandLine(Spec(), {"--test_episodes=many"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--test_episodes=many"),
                             HasSubstr("How many episodes"))));
  EXPECT_THAT(ParseCommandLine(Spec(), {"--test_timeout=5"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("write --test_timeout=5s (Longest wait.)")));
  EXPECT_THAT(
      ParseCommandLine(Spec(), {"--test_package"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("needs a value")));
}

TEST_F(CommandLineTest, HoldsNumbersWithinTheirRanges) {
  CommandSpec spec = Spec();
  spec.ranges = {{"test_episodes", {"1", "9"}}};
  RLMESH_EXPECT_OK(ParseCommandLine(spec, {"--test_episodes=9"}));
  EXPECT_THAT(ParseCommandLine(spec, {"--test_episodes=10"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("write --test_episodes=9")));
  EXPECT_EQ(absl::GetFlag(FLAGS_test_episodes), 9);
}

TEST_F(CommandLineTest, ACommandWithoutArgumentsRefusesThem) {
  CommandSpec spec = Spec();
  spec.takes_arguments = false;
  EXPECT_THAT(ParseCommandLine(spec, {"x"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"x\"")));
  spec.argument_flag = "test_package";
  EXPECT_THAT(ParseCommandLine(spec, {"x"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("write --test_package=x")));
}

TEST_F(CommandLineTest, BeginProgramEndsWithTheRightCode) {
  const auto begin = [](std::vector<std::string> args) {
    std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    CommandLine line;
    return BeginProgram(Spec(), argv.size(), argv.data(), &line);
  };
  EXPECT_EQ(begin({"prog", "--help"}), kExitOk);
  EXPECT_EQ(begin({"prog", "--version"}), kExitOk);
  EXPECT_EQ(begin({"prog", "--bad"}), kExitUsage);
}

TEST_F(CommandLineTest, HelpListsTheFlagsWithTheirDefaults) {
  const std::string help = HelpText(Spec());
  EXPECT_THAT(
      help, AllOf(HasSubstr("Usage: prog SOURCE"),
                  HasSubstr("--test_episodes=5\n"), HasSubstr("--test_json\n"),
                  HasSubstr("--test_package=  (repeatable)\n"),
                  HasSubstr("How many episodes to play."),
                  Not(HasSubstr("test_hidden"))));
}

TEST_F(CommandLineTest, FailureKeepsForeignBytesFromTheTerminal) {
  ErrorDetails details;
  details.traceback = "Traceback\n  \x1b]0;title\x07\n";
  absl::Status status = absl::InternalError("peer says \x1b[2J");
  SetErrorDetails(details, &status);
  testing::internal::CaptureStderr();
  EXPECT_EQ(Failure("program", status), kExitFailure);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "program: peer says \\x1b[2J\n    Traceback\n"
            "      \\x1b]0;title\\x07\n");
}

TEST_F(CommandLineTest, RelativePathsFollowBazelRun) {
  setenv("BUILD_WORKING_DIRECTORY", "/home/user", 1);
  EXPECT_EQ(UserWorkingDirectory(), "/home/user");
  EXPECT_EQ(UserPath("a/b"), "/home/user/a/b");
  EXPECT_EQ(UserPath("/a"), "/a");
  EXPECT_EQ(UserPath(""), "");
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(UserWorkingDirectory(), "");
  EXPECT_EQ(UserPath("a/b"), "a/b");
}

}  // namespace
}  // namespace rlmesh
